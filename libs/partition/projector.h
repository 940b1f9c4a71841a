// From log records to views: folds each account and derives every other view
// from the fold's transitions. The live partition and a rebuild run the same
// projector over the same records and get the same rows.
#pragma once

#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"
#include "codec/event_decoder.h"
#include "codec/record.h"
#include "partition/event_source.h"
#include "partition/feed.h"
#include "partition/index.h"
#include "partition/overlay.h"
#include "partition/snapshots.h"
#include "relations/child_set.h"
#include "relations/fold.h"
#include "store/log.h"

namespace guanxi::partition {

// An account in memory. Its row is written once per commit.
struct HotAccount {
  AccountNumber number;
  relations::AccountCore core;
  std::optional<IndexedAs> indexed;        // what the index tables hold; none for an account new in this commit
  Timestamp told_to = kEarliestTimestamp;  // tier changes up to here were told
  uint32_t told = 0;                       // rows of its told history
  bool exists = false;                     // has folded an event
  bool dirty = false;                      // changed since the last commit
  bool reindex = false;
};

// What applying a record told: for the appender's answer.
struct Applied {
  uint64_t account_version = 0;
  std::vector<relations::Anomaly> anomalies;
  bool late = false;
};

// Belongs to one thread. After an error the caller must Reset: memory may be
// ahead of what will be written.
class Projector {
 public:
  struct Options {
    BusinessCalendar calendar;
    size_t hot_accounts_max = 20'000;
    // A rebuild tells nobody: rows of the feed exist already.
    bool tells_feed = true;
  };
  // unflushed: records not yet in the snapshots given to Begin; may be nullptr.
  Projector(Options options, const store::LogWriter* unflushed, store::BlockCache* blocks);

  void ReadUnflushedFrom(const store::LogWriter* log) { unflushed_ = log; }

  // Reads clock, sweep progress, feed size and policies from meta; forgets
  // everything held in memory.
  absl::Status Reset(std::shared_ptr<const store::Snapshot> base, uint64_t log_size);
  // The same, without any meta: the first record is position 0 (a rebuild).
  void ResetEmpty(std::shared_ptr<const store::Snapshot> base, uint64_t log_size);

  // The account, loaded if need be; number and row are made by the first event.
  absl::StatusOr<HotAccount*> Load(const std::string& account_id);
  // Positions stored under the event's key.
  absl::StatusOr<std::vector<Position>> Lookup(const HotAccount& account, std::string_view source, std::string_view id) const;
  // What folding would say, without doing it.
  absl::StatusOr<std::vector<relations::Anomaly>> DryRun(HotAccount& account, const relations::Event& event);

  // Takes the record at event.position, which is the next one. `record` is the
  // one with the account's content (event_source.h).
  absl::StatusOr<Applied> Apply(const codec::RecordView& record, const relations::Event& event);

  // A ParkedRepaired: the parked record is folded under the repair's position.
  absl::StatusOr<Applied> ApplyRepair(const LoggedEvent& parked, Position parked_position);

  // Writes what fell due up to the clock for up to `accounts_max` accounts;
  // false: nothing is left to do.
  absl::StatusOr<bool> SweepSlice(size_t accounts_max);
  // The next instant for which a sweep has work, whatever the clock.
  absl::StatusOr<std::optional<Timestamp>> NextDue() const;

  // Removes an outbox entry that the other partition has acknowledged.
  void Delivered(std::string_view outbox_key) { rows_.Delete(outbox_key); }

  // Puts everything since the last Begin into the batch.
  absl::Status Finish(store::Batch& batch);
  // The batch was written: `base` shows it.
  void Begin(std::shared_ptr<const store::Snapshot> base, uint64_t log_size);

  Timestamp clock() const { return clock_; }
  Timestamp swept_to() const { return swept_to_; }
  Timestamp newest_occurred_at() const { return newest_; }
  uint64_t feed_size() const { return feed_size_; }
  const std::shared_ptr<const relations::PolicyLineage>& policies() const { return policies_; }
  Overlay& rows() { return rows_; }

 private:
  relations::FoldContext Context(Position known_to) const { return {*policies_, known_to, options_.calendar}; }
  Timestamp BusinessTime(const relations::AccountCore& core) const { return std::max(clock_, core.last_event_at); }

  absl::StatusOr<Applied> ApplyAccountEvent(const codec::RecordView& record, const relations::Event& event);
  absl::Status ApplyPolicy(const relations::PolicyAdopted& adopted, Position position);
  absl::Status ApplyParked(const codec::RecordView& record, Position position);
  absl::Status CloseParked(Position parked);
  absl::Status AddToCounter(std::string_view name, int64_t by);
  absl::Status AddToParkedCount(const std::string& account_id, int64_t by);
  absl::Status PutEventId(const HotAccount& account, const codec::RecordView& record, Position position);

  absl::StatusOr<relations::Transition> FoldInOrder(HotAccount& account, const relations::Event& event);
  absl::StatusOr<relations::Transition> FoldLate(HotAccount& account, const relations::Event& event);
  absl::Status TakeSnapshot(const HotAccount& account);
  // child nullptr: delete.
  void PutChild(AccountNumber account, const relations::ChildKey& key, const relations::Child* child);
  absl::Status LoadChildren(const HotAccount& account, const relations::Event& event, relations::ChildSet& children) const;
  // Folds the account's events after memory's newest one with occurred_at <= to.
  absl::Status FoldTimeline(AccountMemory& memory, AccountNumber number, Timestamp to, Position known_to);
  absl::Status AppendTold(HotAccount& account, FeedRow row);
  // Changes nobody was told of.
  absl::Status TellNew(HotAccount& account, const std::vector<relations::TierChange>& changes, Position cause);
  // `changes` are all there are from `since` on: corrects what was told.
  absl::Status Tell(HotAccount& account, Timestamp since, std::vector<relations::TierChange> changes, Position cause);
  absl::Status Sweep(HotAccount& account);
  absl::Status Reindex(HotAccount& account);
  // Index rows say what was so at the clock of the account's last change: they
  // are settled before the clock moves, however records are batched.
  absl::Status ReindexChanged();
  void PutOutbox(const HotAccount& account, const std::vector<relations::OutboxMessage>& messages);
  void EvictColdAccounts();

  const Options options_;
  const store::LogWriter* unflushed_;
  store::BlockCache* blocks_;
  Overlay rows_;
  std::vector<std::pair<uint64_t, std::string>> feed_rows_;  // of this commit
  uint64_t log_size_ = 0;                                    // of the base snapshot
  codec::EventDecoder decoder_;

  using Entry = std::pair<const std::string, HotAccount>;
  std::unordered_map<std::string, HotAccount> hot_;
  std::vector<Entry*> changed_;  // accounts with dirty or reindex set
  uint32_t accounts_ = 0;

  Timestamp clock_ = kEarliestTimestamp;
  Timestamp swept_to_ = kEarliestTimestamp;
  Timestamp newest_ = kEarliestTimestamp;
  Position last_position_{0};
  uint64_t feed_size_ = 0;
  std::string policy_positions_;
  std::shared_ptr<const relations::PolicyLineage> policies_;
};

}  // namespace guanxi::partition
