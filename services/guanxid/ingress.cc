#include "guanxid/ingress.h"

#include <fmt/format.h>

#include <atomic>
#include <mutex>
#include <vector>

#include "base/reason.h"
#include "guanxid/new_event.h"
#include "guanxid/upkeep.h"
#include "intake/message_reader.h"
#include "kafka/admin.h"
#include "kafka/consumer.h"
#include "kafka/producer.h"

namespace guanxi::service {

struct Ingress::Impl {
  using milliseconds = std::chrono::milliseconds;
  static constexpr milliseconds kQuestionMax{5'000};
  static constexpr milliseconds kTryAgainAfter{500};
  static constexpr milliseconds kPoll{20};
  static constexpr size_t kAtOnce = 256;
  static constexpr std::string_view kRefusedHeader = "guanxi-refused";

  Impl(partition::Cluster& c, privacy::KeyStore& k, Options o)
      : cluster(c),
        keys(k),
        options(std::move(o)),
        upkeep({[this] { return Open(); }, [this] { return Pass(); }, [this] { Close(); }}, kTryAgainAfter) {}

  absl::Status Open() {
    next.clear();
    const auto admin = kafka::Admin::Make(options.connection);
    if (!admin.ok()) return admin.status();
    const auto described = (*admin)->Describe(options.topic, kQuestionMax);
    if (!described.ok()) return described.status();
    auto opened = kafka::Consumer::Make({options.connection, options.topic, options.topic});
    if (!opened.ok()) return opened.status();
    auto made = kafka::Producer::Make({options.connection, options.events_topic});
    if (!made.ok()) return made.status();
    consumer = *std::move(opened);
    producer = *std::move(made);
    const auto shown = consumer->QueryShown(described->partitions, kQuestionMax);
    if (!shown.ok()) return shown.status();
    for (uint32_t p = 0; p < described->partitions; ++p)
      if (absl::Status started = Start(p, (*shown)[p]); !started.ok()) return started;
    return absl::OkStatus();
  }

  void Close() {
    for (uint32_t p = 0; consumer != nullptr && p < next.size(); ++p) consumer->Stop(p);
    consumer.reset();
  }

  absl::Status Start(uint32_t partition, std::optional<uint64_t> from) {
    const auto marks = consumer->QueryWatermarks(partition, kQuestionMax);
    if (!marks.ok()) return marks.status();
    if (from && *from < marks->begin) {
      const std::lock_guard lock(lost_mutex);
      lost =
          Refuse(Reason::SOURCE_TRUNCATED,
                 fmt::format("{}: events {} to {} of partition {} were deleted unread", options.topic, *from, marks->begin - 1, partition),
                 {{"topic", options.topic}, {"partition", std::to_string(partition)}});
    }
    // An offset beyond the end is of another topic of that name.
    next.push_back(from && *from <= marks->end ? std::max(*from, marks->begin) : marks->begin);
    return consumer->Start(partition, next.back());
  }

  // What is there now, up to a number of events of each partition, until the outcome of each is known.
  absl::Status Pass() {
    const std::vector<uint64_t> before = next;
    std::vector<codec::Record> records;
    for (uint32_t p = 0; p < next.size(); ++p)
      if (absl::Status taken = TakeFrom(p, records); !taken.ok()) return taken;
    if (next == before) return absl::OkStatus();
    if (!producer->Flush(kQuestionMax) || passing_failed.exchange(false))
      return Refuse(Reason::SOURCE_UNAVAILABLE, "what was refused could not be passed on");
    if (absl::Status durable = keys.Sync(); !durable.ok()) return durable;
    while (!records.empty()) {
      records = Submit(std::move(records));
      if (records.empty()) break;
      if (upkeep.Stopping()) return absl::OkStatus();
      upkeep.Pause(kTryAgainAfter);
    }
    consumer->ShowApplied(next);
    return absl::OkStatus();
  }

  // No partition waits for another; those that are refused count as well.
  absl::Status TakeFrom(uint32_t partition, std::vector<codec::Record>& records) {
    const uint64_t end = next[partition] + kAtOnce;
    for (bool more = true; more && next[partition] < end;)
      if (absl::Status taken = Take(partition, records, more); !taken.ok()) return taken;
    return absl::OkStatus();
  }

  absl::Status Take(uint32_t partition, std::vector<codec::Record>& records, bool& more) {
    const kafka::Polled polled = consumer->Poll(partition, kPoll);
    more = polled.kind == kafka::Polled::Kind::kMessage;
    if (polled.kind == kafka::Polled::Kind::kFailed || polled.kind == kafka::Polled::Kind::kOutOfRange) return polled.status;
    if (!more) return absl::OkStatus();
    const codec::KafkaMessage message = intake::ViewOf(polled.message);
    absl::StatusOr<codec::Record> record = codec::RecordInClear(message);
    absl::Status refused = record.status();
    if (refused.ok()) refused = SealPersonalParts(*record, keys);
    if (partition::IsOpen(refused)) return refused;
    if (refused.ok()) {
      records.push_back(*std::move(record));
    } else if (absl::Status passed = PassOn(message, refused); !passed.ok()) {
      return passed;
    }
    next[partition] = polled.message.offset() + 1;
    return absl::OkStatus();
  }

  // The value stays behind: it may name persons.
  absl::Status PassOn(const codec::KafkaMessage& message, const absl::Status& refused) {
    kafka::OutgoingRecord out;
    out.partition = message.key ? cluster.PartitionOf(*message.key).value : 0;
    out.key = message.key;
    for (const codec::KafkaHeader& header : message.headers) out.headers.push_back({header.name, header.value});
    const ReasonEntry* const reason = ReasonOf(refused);
    out.headers.push_back({kRefusedHeader, reason == nullptr ? "UNKNOWN" : reason->name});
    return producer->Send(out, [this](const kafka::Delivery& delivery) {
      if (!delivery.status.ok()) passing_failed = true;
    });
  }

  // Those whose outcome is open.
  std::vector<codec::Record> Submit(std::vector<codec::Record> records) {
    std::vector<std::pair<PartitionId, codec::Record>> events;
    events.reserve(records.size());
    for (const codec::Record& record : records) events.emplace_back(cluster.PartitionOf(record.account_id), record);
    const auto outcomes = cluster.SubmitAllAndWait(std::move(events));
    std::vector<codec::Record> open;
    for (size_t i = 0; i < records.size(); ++i)
      if (partition::IsOpen(outcomes[i].status)) open.push_back(std::move(records[i]));
    return open;
  }

  partition::Cluster& cluster;
  privacy::KeyStore& keys;
  const Options options;
  std::unique_ptr<kafka::Consumer> consumer;
  std::atomic<bool> passing_failed{false};  // outlives the producer, whose reports set it
  std::unique_ptr<kafka::Producer> producer;
  std::vector<uint64_t> next;  // by partition of the ingress topic

  mutable std::mutex lost_mutex;
  absl::Status lost;
  Upkeep upkeep;  // the last: it uses the others
};

Ingress::Ingress(partition::Cluster& cluster, privacy::KeyStore& keys, Options options)
    : impl_(std::make_unique<Impl>(cluster, keys, std::move(options))) {}
Ingress::~Ingress() = default;
void Ingress::AskToStop() { impl_->upkeep.AskToStop(); }

absl::Status Ingress::status() const {
  absl::Status status = impl_->upkeep.status();
  if (!status.ok()) return status;
  const std::lock_guard lock(impl_->lost_mutex);
  return impl_->lost;
}

}  // namespace guanxi::service
