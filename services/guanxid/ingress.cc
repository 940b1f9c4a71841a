#include "guanxid/ingress.h"

#include <fmt/format.h>

#include <future>
#include <mutex>
#include <vector>

#include "base/reason.h"
#include "guanxid/new_event.h"
#include "guanxid/upkeep.h"
#include "intake/events_topic.h"
#include "intake/message_reader.h"
#include "intake/topic_rules.h"
#include "kafka/admin.h"
#include "kafka/consumer.h"
#include "kafka/transactions.h"

namespace guanxi::service {

struct Ingress::Impl {
  using milliseconds = std::chrono::milliseconds;
  static constexpr milliseconds kQuestionMax{5'000};
  static constexpr milliseconds kTransactionMax{10'000};
  static constexpr milliseconds kAbortMax{2'000};
  static constexpr milliseconds kTryAgainAfter{500};
  static constexpr milliseconds kLookEvery{5'000};
  static constexpr milliseconds kLookAgainAfter{100};
  static constexpr milliseconds kPoll{20};
  static constexpr size_t kAtOnce = 256;
  static constexpr std::string_view kRefusedHeader = "guanxi-refused";
  // So much any topic of events takes.
  static constexpr size_t kPassedOnBytesMax = size_t{16} << 10;

  // Of a record that the log has no event of. The value stays behind: it may name persons.
  struct Refused {
    std::optional<std::string> key;
    std::vector<std::pair<std::string, std::optional<std::string>>> headers;
  };
  struct Event {
    codec::Record record;
    Refused otherwise;  // passed on when the log does not take it
  };
  struct Taken {
    std::vector<Event> events;
    std::vector<Refused> refused;
  };

  Impl(partition::Cluster& c, intake::KafkaIntake& i, privacy::KeyStore& k, Options o)
      : cluster(c),
        kafka(i),
        keys(k),
        options(std::move(o)),
        upkeep("ingress", {[this] { return Open(); }, [this] { return Pass(); }, [this] { Close(); }}, kTryAgainAfter) {}

  // Nothing is taken for a log that takes nothing: what is passed on goes to its topic directly.
  absl::Status CheckLogAccepts() const {
    for (uint32_t p = 0; p < cluster.partitions(); ++p)
      if (absl::Status accepts = cluster.Accepts(PartitionId(p)); !accepts.ok()) return accepts;
    return absl::OkStatus();
  }

  // While the node catches up, what is handed in comes back too late to be answered, and would be handed in again and again.
  absl::Status AwaitThePast() {
    while (!kafka.HasSeenThePast()) {
      if (absl::Status accepts = CheckLogAccepts(); !accepts.ok()) return accepts;
      if (upkeep.Stopping()) return Refuse(Reason::SHUTTING_DOWN, "the server is stopping");
      upkeep.Pause(kLookAgainAfter);
    }
    return CheckLogAccepts();
  }

  absl::Status Open() {
    next.clear();
    if (absl::Status ready = AwaitThePast(); !ready.ok()) return ready;
    auto asks = kafka::Admin::Make(options.connection);
    if (!asks.ok()) return asks.status();
    admin = *std::move(asks);
    const auto described = DescribeTopic();
    if (!described.ok()) return described.status();
    auto opened = kafka::Consumer::Make({options.connection, options.topic, options.topic});
    if (!opened.ok()) return opened.status();
    // From here on no predecessor's transaction is open: what it committed is what was shown.
    const auto stopping = [this] { return upkeep.Stopping(); };
    auto made = kafka::TransactionalProducer::Make({options.connection, "guanxi-ingress-" + options.topic, kTransactionMax, stopping},
                                                   kTransactionMax);
    if (!made.ok()) return made.status();
    consumer = *std::move(opened);
    producer = *std::move(made);
    return StartThrough(described->partitions);
  }

  // What it holds names persons: from one that keeps it, nothing is read, so that somebody looks.
  absl::StatusOr<kafka::TopicDescription> DescribeTopic() const {
    auto described = admin->Describe(options.topic, kQuestionMax);
    if (!described.ok()) return described;
    if (absl::Status suits = intake::CheckIngressTopic(options.topic, *described); !suits.ok()) return suits;
    return described;
  }

  // Those that are not read yet: a topic may be given more.
  absl::Status StartThrough(uint32_t partitions) {
    if (partitions <= next.size()) return absl::OkStatus();
    const auto shown = consumer->QueryShown(partitions, kQuestionMax);
    if (!shown.ok()) return shown.status();
    for (auto p = static_cast<uint32_t>(next.size()); p < partitions; ++p)
      if (absl::Status started = Start(p, (*shown)[p]); !started.ok()) return started;
    return absl::OkStatus();
  }

  absl::Status LookForMore() {
    if (std::chrono::steady_clock::now() - looked_at < kLookEvery) return absl::OkStatus();
    const auto described = DescribeTopic();
    looked_at = std::chrono::steady_clock::now();
    if (intake::IsAway(described.status())) return absl::OkStatus();
    return described.ok() ? StartThrough(described->partitions) : described.status();
  }

  void Close() {
    for (uint32_t p = 0; consumer != nullptr && p < next.size(); ++p) consumer->Stop(p);
    consumer.reset();
    if (producer != nullptr) (void)producer->Abort(kAbortMax);
    producer.reset();
    admin.reset();
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
    if (absl::Status looked = LookForMore(); !looked.ok()) return looked;
    const std::vector<uint64_t> before = next;
    Taken taken;
    for (uint32_t p = 0; p < next.size(); ++p)
      if (absl::Status took = TakeFrom(p, taken); !took.ok()) return took;
    if (next == before) return absl::OkStatus();
    if (absl::Status durable = keys.Sync(); !durable.ok()) return durable;
    // Before the transaction: while one is open, nobody reads what lies behind it.
    while (!taken.events.empty()) {
      Submit(taken);
      if (taken.events.empty()) break;
      if (upkeep.Stopping()) return absl::OkStatus();
      upkeep.Pause(kTryAgainAfter);
      AwaitWhatWasProduced();
    }
    return LeaveBehind(taken.refused);
  }

  // All of it or nothing, so that what was refused is parked once.
  absl::Status LeaveBehind(const std::vector<Refused>& refused) {
    if (absl::Status accepts = CheckLogAccepts(); !accepts.ok()) return accepts;
    if (absl::Status begun = producer->Begin(); !begun.ok()) return begun;
    for (const Refused& one : refused)
      if (absl::Status sent = PassOn(one); !sent.ok()) return sent;
    if (absl::Status sent = producer->SendOffsets(options.topic, options.topic, next, kTransactionMax); !sent.ok()) return sent;
    if (absl::Status flushed = producer->Flush(kTransactionMax); !flushed.ok()) return flushed;
    options.before_commit();
    return producer->Commit(kTransactionMax);
  }

  // No partition waits for another; those that are refused count as well.
  absl::Status TakeFrom(uint32_t partition, Taken& taken) {
    const uint64_t end = next[partition] + kAtOnce;
    for (bool more = true; more && next[partition] < end;)
      if (absl::Status took = Take(partition, taken, more); !took.ok()) return took;
    return absl::OkStatus();
  }

  absl::Status Take(uint32_t partition, Taken& taken, bool& more) {
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
      taken.events.push_back({*std::move(record), WithoutValue(message)});
    } else {
      taken.refused.push_back(Because(refused, WithoutValue(message)));
    }
    next[partition] = polled.message.offset() + 1;
    return absl::OkStatus();
  }

  static Refused WithoutValue(const codec::KafkaMessage& message) {
    size_t bytes = message.key.value_or("").size();
    for (const codec::KafkaHeader& header : message.headers) bytes += header.name.size() + header.value.value_or("").size();
    Refused refused;
    if (bytes > kPassedOnBytesMax) return refused;
    if (message.key) refused.key.emplace(*message.key);
    for (const codec::KafkaHeader& header : message.headers) refused.headers.emplace_back(header.name, header.value);
    return refused;
  }

  static Refused Because(const absl::Status& why, Refused refused) {
    const ReasonEntry* const reason = ReasonOf(why);
    refused.headers.emplace_back(kRefusedHeader, reason == nullptr ? "UNKNOWN" : reason->name);
    return refused;
  }

  absl::Status PassOn(const Refused& refused) {
    kafka::OutgoingRecord out;
    out.partition = refused.key ? cluster.PartitionOf(*refused.key).value : 0;
    out.key = refused.key;
    for (const auto& [name, value] : refused.headers) out.headers.push_back({name, value});
    return producer->Send(options.events_topic, out);
  }

  // Waits for room: an event must not come after those that followed it. When stopping, it and they are left to the next start.
  void SubmitOne(const codec::Record& record, std::function<void(partition::SubmissionResult)> done) {
    partition::Submission submission;
    submission.events.push_back(record);
    const PartitionId to = cluster.PartitionOf(record.account_id);
    for (; !upkeep.Stopping(); upkeep.Pause(kPoll))
      if (cluster.TrySubmit(to, submission, done)) return;
    done(partition::AllRefused(1, Refuse(Reason::SHUTTING_DOWN, "the server is stopping")));
  }

  std::vector<partition::EventOutcome> HandIn(const std::vector<Event>& events) {
    std::vector<std::promise<partition::EventOutcome>> answers(events.size());
    for (size_t i = 0; i < events.size(); ++i)
      SubmitOne(events[i].record, [&answer = answers[i]](const partition::SubmissionResult& result) { answer.set_value(result.front()); });
    std::vector<partition::EventOutcome> outcomes;
    outcomes.reserve(answers.size());
    for (auto& answer : answers) outcomes.push_back(answer.get_future().get());
    // The brokers refuse as a whole what was sent together: alone, an event is too large or it is not.
    for (size_t i = 0; i < outcomes.size() && outcomes.size() > 1; ++i)
      if (IsTooLarge(outcomes[i])) outcomes[i] = HandIn({events[i]}).front();
    return outcomes;
  }

  static bool IsTooLarge(const partition::EventOutcome& outcome) {
    const ReasonEntry* const reason = ReasonOf(outcome.status);
    return reason != nullptr && reason->reason == Reason::EVENT_TOO_LARGE;
  }

  // Leaves those whose outcome is open. What neither the log nor what is parked there holds, such as an
  // event that the topic finds too large, is refused.
  void Submit(Taken& taken) {
    const std::vector<partition::EventOutcome> outcomes = HandIn(taken.events);
    std::vector<Event> open;
    for (size_t i = 0; i < outcomes.size(); ++i) {
      if (outcomes[i].status.ok() || outcomes[i].parked_at) continue;
      if (partition::IsOpen(outcomes[i].status))
        open.push_back(std::move(taken.events[i]));
      else
        taken.refused.push_back(Because(outcomes[i].status, std::move(taken.events[i].otherwise)));
    }
    taken.events = std::move(open);
  }

  // Of an event whose outcome is not known yet, the first record may still come: a second waits for it.
  void AwaitWhatWasProduced() {
    const auto answer = std::make_shared<std::promise<intake::KafkaIntake::Ends>>();
    kafka.AskEnds([answer](const intake::KafkaIntake::Ends& ends) { answer->set_value(ends); });
    const intake::KafkaIntake::Ends ends = answer->get_future().get();
    while (ends.ok() && !IsApplied(*ends) && CheckLogAccepts().ok() && !upkeep.Stopping()) upkeep.Pause(kLookAgainAfter);
  }

  bool IsApplied(const std::vector<uint64_t>& ends) const {
    for (uint32_t p = 0; p < ends.size(); ++p)
      if (cluster.ViewOf(PartitionId(p))->source.next_offset < ends[p]) return false;
    return true;
  }

  partition::Cluster& cluster;
  intake::KafkaIntake& kafka;
  privacy::KeyStore& keys;
  const Options options;
  std::unique_ptr<kafka::Admin> admin;
  std::unique_ptr<kafka::Consumer> consumer;
  std::unique_ptr<kafka::TransactionalProducer> producer;
  std::vector<uint64_t> next;  // by partition of the ingress topic
  std::chrono::steady_clock::time_point looked_at;

  mutable std::mutex lost_mutex;
  absl::Status lost;
  Upkeep upkeep;  // the last: it uses the others
};

Ingress::Ingress(partition::Cluster& cluster, intake::KafkaIntake& kafka, privacy::KeyStore& keys, Options options)
    : impl_(std::make_unique<Impl>(cluster, kafka, keys, std::move(options))) {}
Ingress::~Ingress() = default;
void Ingress::AskToStop() { impl_->upkeep.AskToStop(); }

absl::Status Ingress::status() const {
  absl::Status status = impl_->upkeep.status();
  if (!status.ok()) return status;
  const std::lock_guard lock(impl_->lost_mutex);
  return impl_->lost;
}

}  // namespace guanxi::service
