#include "guanxid/derived_topics.h"

#include <utility>

#include "base/reason.h"
#include "guanxid/derived_rows.h"
#include "guanxid/upkeep.h"
#include "intake/topic_rules.h"
#include "kafka/admin.h"
#include "kafka/consumer.h"
#include "kafka/transactions.h"

namespace guanxi::service {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kQuestionMax{5'000};
constexpr milliseconds kTransactionMax{30'000};
constexpr milliseconds kAbortMax{2'000};
constexpr milliseconds kTryAgainAfter{1'000};
constexpr milliseconds kLookAgainAfter{1'000};
constexpr milliseconds kPoll{100};
constexpr uint64_t kRowsAtOnce = 500;
// Progress is sought in the last records first; each transaction leaves two.
constexpr uint64_t kProgressWindow = 64;

struct TopicToKeep {
  const char* name;
  const char* cleanup;
};
constexpr TopicToKeep kTopics[] = {{"tier-changes", "delete"}, {"accounts", "compact"}, {"parked", "delete"}, {"progress", "compact"}};
constexpr const char* kProgress = "progress";

}  // namespace

struct DerivedTopics::Impl {
  Impl(partition::Cluster& c, CommitHub& hub, Options o)
      : cluster(c),
        commits(hub),
        options(std::move(o)),
        told(c.partitions()),
        upkeep("derived topics", {[this] { return Open(); }, [this] { return Step(); }, [this] { Close(); }}, kTryAgainAfter) {
    wake = commits.Add([this] { upkeep.Wake(); });
  }
  ~Impl() { commits.Remove(wake); }

  std::string Topic(const std::string& name) const { return options.prefix + "." + name; }
  std::string ProgressKey(uint32_t partition) const { return options.events_topic + "/" + std::to_string(partition); }

  kafka::TopicToMake Wanted(const TopicToKeep& topic) const {
    return {Topic(topic.name), cluster.partitions(), kafka::kBrokersReplication, intake::KeptTopicSettings(topic.cleanup)};
  }

  absl::Status MakeTopics(kafka::Admin& admin) const {
    for (const TopicToKeep& topic : kTopics) {
      const absl::Status made = admin.Create(Wanted(topic), kQuestionMax);
      if (!made.ok() && !absl::IsAlreadyExists(made)) return made;
    }
    return absl::OkStatus();
  }

  // One that somebody else made may let go of rows, or of the progress: then everything would be told again.
  absl::Status CheckTopics(kafka::Admin& admin) const {
    for (const TopicToKeep& topic : kTopics) {
      const auto found = admin.Describe(Topic(topic.name), kQuestionMax);
      if (!found.ok()) return found.status();
      absl::Status suits = intake::CheckAsMade(Wanted(topic), *found);
      if (!suits.ok()) return suits;
    }
    return absl::OkStatus();
  }

  absl::Status Open() {
    const auto admin = kafka::Admin::Make(options.connection);
    if (!admin.ok()) return admin.status();
    if (absl::Status made = MakeTopics(**admin); !made.ok()) return made;
    if (absl::Status suit = CheckTopics(**admin); !suit.ok()) return suit;
    const auto stopping = [this] { return upkeep.Stopping(); };
    auto opened = kafka::TransactionalProducer::Make({options.connection, "guanxi-derived-" + options.prefix, kTransactionMax, stopping},
                                                     kTransactionMax);
    if (!opened.ok()) return opened.status();
    producer = *std::move(opened);
    auto reader = kafka::Consumer::Make({options.connection, Topic(kProgress), "guanxi-derived"});
    if (!reader.ok()) return reader.status();
    for (uint32_t p = 0; p < told.size(); ++p) {
      const absl::StatusOr<ToldSoFar> read = ReadProgress(**reader, p);
      if (!read.ok()) return read.status();
      told[p] = *read;
    }
    return absl::OkStatus();
  }

  // Readers of what is told need not stand before what failed.
  void Close() {
    if (producer != nullptr) (void)producer->Abort(kAbortMax);
    producer.reset();
  }

  // The newest progress that was committed; of a partition of which nothing was told the start.
  absl::StatusOr<ToldSoFar> ReadProgress(kafka::Consumer& reader, uint32_t partition) {
    const auto marks = reader.QueryWatermarks(partition, kQuestionMax);
    if (!marks.ok()) return marks.status();
    for (uint64_t window = kProgressWindow;; window *= kProgressWindow) {
      const bool whole = marks->end - marks->begin <= window;
      const auto found = ReadProgressFrom(reader, partition, whole ? marks->begin : marks->end - window, marks->end);
      if (!found.ok()) return found.status();
      if (found->has_value()) return **found;
      if (whole) return ToldSoFar();
    }
  }

  absl::StatusOr<std::optional<ToldSoFar>> ReadProgressFrom(kafka::Consumer& reader, uint32_t partition, uint64_t from, uint64_t end) {
    std::optional<ToldSoFar> newest;
    if (from == end) return newest;
    if (absl::Status started = reader.Start(partition, from); !started.ok()) return started;
    absl::Status failed;
    while (failed.ok()) {
      const kafka::Polled polled = reader.Poll(partition, kPoll);
      if (polled.kind == kafka::Polled::Kind::kEnd && polled.offset >= end) break;
      if (upkeep.Stopping()) failed = Refuse(Reason::SHUTTING_DOWN, "the server is stopping");
      if (polled.kind == kafka::Polled::Kind::kFailed || polled.kind == kafka::Polled::Kind::kOutOfRange) failed = polled.status;
      if (polled.kind != kafka::Polled::Kind::kMessage || polled.message.key() != ProgressKey(partition)) continue;
      const auto read = DecodeTold(polled.message.value().value_or(""));
      failed = read.status();
      if (read.ok()) newest = *read;
    }
    reader.Stop(partition);
    if (!failed.ok()) return failed;
    return newest;
  }

  // Tells what there is, or waits for something.
  absl::Status Step() {
    std::vector<ToldSoFar> next = told;
    std::vector<std::vector<DerivedRow>> rows(told.size());
    for (uint32_t p = 0; p < told.size(); ++p) {
      auto read = NextRows(*cluster.ViewOf(PartitionId{p}), kRowsAtOnce, next[p]);
      if (!read.ok()) return read.status();
      rows[p] = *std::move(read);
    }
    if (next == told) {
      upkeep.WaitForWake(kLookAgainAfter);
      return absl::OkStatus();
    }
    return Tell(rows, std::move(next));
  }

  absl::Status Tell(const std::vector<std::vector<DerivedRow>>& rows, std::vector<ToldSoFar> next) {
    options.at(Moment::kRead);
    if (absl::Status begun = producer->Begin(); !begun.ok()) return begun;
    for (uint32_t p = 0; p < told.size(); ++p)
      if (absl::Status sent = Send(p, rows[p], next[p]); !sent.ok()) return sent;
    if (absl::Status flushed = producer->Flush(kTransactionMax); !flushed.ok()) return flushed;
    options.at(Moment::kSent);
    if (absl::Status committed = producer->Commit(kTransactionMax); !committed.ok()) return committed;
    options.at(Moment::kCommitted);
    told = std::move(next);
    return absl::OkStatus();
  }

  absl::Status Send(uint32_t partition, const std::vector<DerivedRow>& rows, const ToldSoFar& next) {
    if (next == told[partition]) return absl::OkStatus();
    for (const DerivedRow& row : rows) {
      const std::string topic = Topic(kTopics[static_cast<size_t>(row.topic)].name);
      const absl::Status sent = producer->Send(topic, {partition, row.key, row.value, {{"content-type", "application/json"}}});
      if (!sent.ok()) return sent;
    }
    const std::string key = ProgressKey(partition), value = EncodeTold(next);
    return producer->Send(Topic(kProgress), {partition, key, value, {}});
  }

  partition::Cluster& cluster;
  CommitHub& commits;
  const Options options;
  std::unique_ptr<kafka::TransactionalProducer> producer;
  std::vector<ToldSoFar> told;

  uint64_t wake = 0;
  Upkeep upkeep;  // the last: it uses the others
};

DerivedTopics::DerivedTopics(partition::Cluster& cluster, CommitHub& commits, Options options)
    : impl_(std::make_unique<Impl>(cluster, commits, std::move(options))) {}
DerivedTopics::~DerivedTopics() = default;
void DerivedTopics::AskToStop() { impl_->upkeep.AskToStop(); }

absl::Status DerivedTopics::status() const { return impl_->upkeep.status(); }

}  // namespace guanxi::service
