// From log records to views: folds each account and derives every other view
// from the fold's transitions. The live partition and a rebuild run the same
// projector over the same records and get the same rows.
#pragma once

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
#include "partition/projector_state.h"
#include "partition/snapshots.h"
#include "relations/child_set.h"
#include "relations/fold.h"
#include "store/log.h"

namespace guanxi::partition {

// An account in memory. Its row is put once per commit.
struct HotAccount {
  AccountNumber number;
  relations::AccountCore core;
  std::optional<IndexedAs> indexed;        // what the index tables hold; none for an account new in this commit
  Timestamp told_to = kEarliestTimestamp;  // tier changes up to here were told
  uint32_t told = 0;                       // rows of its told history
  bool exists = false;                     // has folded an event
  bool dirty = false;                      // its row and indexes are to be settled
  bool used = true;                        // since cold accounts were last evicted
};

// What applying a record told: for the appender's answer.
struct Applied {
  uint64_t account_version = 0;
  std::vector<relations::Anomaly> anomalies;
};

// Belongs to one thread. After an error the caller must RollBack: memory may be
// ahead of what will be written.
class Projector {
 public:
  struct Options {
    BusinessCalendar calendar;
    size_t hot_accounts_max = 10'000;
    // A rebuild tells nobody: rows of the feed exist already.
    bool tells_feed = true;
  };
  // unflushed: records not yet in the snapshots given to Open and Publish; may be nullptr.
  Projector(Options options, const store::LogWriter* unflushed, store::BlockCache* blocks);

  void ReadUnflushedFrom(const store::LogWriter* log) { unflushed_ = log; }

  // Starts from the last checkpoint: the rows of `base` and the state among them,
  // or nothing at all. `log_size`: records that `base` holds.
  absl::Status Open(std::shared_ptr<const store::Snapshot> base, uint64_t log_size);
  // Back to what was published: forgets everything since.
  void RollBack(Rows rows, ProjectorState state, uint64_t log_size);

  // The account, loaded if need be; number and row are made by the first event.
  absl::StatusOr<HotAccount*> Load(const std::string& account_id);
  // Positions stored under the event's key. What it finds is kept for the event's
  // own Apply, which comes next if the event is taken.
  absl::StatusOr<std::vector<Position>> Lookup(const HotAccount& account, std::string_view source, std::string_view id);
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
  absl::StatusOr<std::optional<Timestamp>> NextDue();

  // Removes an outbox entry that the other partition has acknowledged.
  void Delivered(std::string_view outbox_key) { rows_.Delete(outbox_key); }
  // Whether messages were put into the outbox since the last call (or RollBack or Open).
  bool TakeOutboxGrew() { return std::exchange(outbox_grew_, false); }

  // Settles rows and indexes of all accounts changed since the last call, and
  // puts what was told since into the batch (unless nobody is told).
  absl::Status Finish(store::Batch& batch);
  // The rows of the last Finish, over a snapshot that holds `log_size` records.
  Rows Publish(std::shared_ptr<const store::Snapshot> base, uint64_t log_size);

  // A checkpoint, first half, after Publish: everything changed since the last
  // one, with the state. Second half: the store has it, and `base` shows it.
  const RowTree& Freeze();
  void DropFrozen(std::shared_ptr<const store::Snapshot> base) { rows_.DropFrozen(std::move(base)); }

  // Takes over how much was told and swept from the projector it replaces.
  void ContinueTelling(const ProjectorState& live) { state_.feed_size = live.feed_size, state_.sweep_slices = live.sweep_slices; }
  // While nobody is told, rows of the feed are counted and not written: they exist.
  void TellFeed(bool tells) { options_.tells_feed = tells; }

  Timestamp clock() const { return state_.clock; }
  Timestamp swept_to() const { return state_.swept_to; }
  const ProjectorState& state() const { return state_; }
  Overlay& rows() { return rows_; }
  const Overlay& rows() const { return rows_; }

 private:
  relations::FoldContext Context(Position known_to) const { return {*state_.policies, known_to, options_.calendar}; }
  Timestamp BusinessTime(const relations::AccountCore& core) const { return std::max(state_.clock, core.last_event_at); }

  absl::StatusOr<Applied> ApplyAccountEvent(const codec::RecordView& record, const relations::Event& event);
  absl::Status ApplyPolicy(const relations::PolicyAdopted& adopted, Position position);
  absl::Status ApplyParked(const codec::RecordView& record, Position position);
  absl::Status CloseParked(Position parked);
  absl::Status AddToCounter(std::string_view name, int64_t by);
  absl::Status AddToParkedCount(const std::string& account_id, int64_t by);
  absl::StatusOr<std::string> PositionsOf(std::string_view event_id_key);
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
  // Puts the account's index rows and its main row.
  absl::Status Reindex(HotAccount& account);
  // Writes rows and indexes of the changed accounts. Indexes say what was so at
  // the clock of the account's last change: they are settled before the clock
  // moves or a sweep looks at them, however records are batched.
  absl::Status Settle();
  void PutOutbox(const HotAccount& account, const std::vector<relations::OutboxMessage>& messages);
  void EvictColdAccounts();

  Options options_;
  const store::LogWriter* unflushed_;
  store::BlockCache* blocks_;
  Overlay rows_;
  ProjectorState state_;
  std::vector<std::pair<uint64_t, std::string>> feed_rows_;  // since the last Finish
  // The log that late events read; rows may be of a newer snapshot, whose tail is another.
  std::shared_ptr<const store::Snapshot> log_snapshot_;
  uint64_t log_size_ = 0;
  codec::EventDecoder decoder_;

  using Entry = std::pair<const std::string, HotAccount>;
  std::unordered_map<std::string, HotAccount> hot_;
  std::vector<Entry*> changed_;  // the dirty accounts
  // What the store answered to the last Lookup: the same event's id is put next,
  // and asking every level again for a key that is not there costs as much as folding.
  std::string looked_up_key_, looked_up_positions_;
  mutable std::string buffer_;  // of values read from the store
  Position last_position_{0};
  bool outbox_grew_ = true;
  std::optional<Timestamp> next_due_;  // when known
  bool next_due_known_ = false;
};

}  // namespace guanxi::partition
