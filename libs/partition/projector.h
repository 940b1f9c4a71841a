// From log records to views: folds each account and derives every other view
// from the fold's transitions. The live partition and a rebuild run the same
// projector over the same records and get the same rows.
#pragma once

#include <deque>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"
#include "codec/event_decoder.h"
#include "codec/record.h"
#include "partition/account_cache.h"
#include "partition/event_source.h"
#include "partition/feed.h"
#include "partition/index.h"
#include "partition/overlay.h"
#include "partition/projector_state.h"
#include "partition/recent_past.h"
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
  std::unique_ptr<RecentPast> past;        // of a large account
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
    size_t account_cache_bytes = 0;  // of those that are hot no longer
    // A rebuild tells nobody: rows of the feed exist already.
    bool tells_feed = true;
    // Accounts with so many events remember how to undo the newest ones; so many accounts at once.
    uint64_t large_account_events = 4096;
    size_t large_accounts_max = 16;
  };
  // unflushed: records not yet in the snapshots given to Open and Publish; may be nullptr.
  Projector(Options options, const store::LogWriter* unflushed, store::BlockCache* blocks);

  void ReadUnflushedFrom(const store::LogWriter* log) { unflushed_ = log; }

  // Starts from the last checkpoint: the rows of `base` and the state among them,
  // or nothing at all. `log_size`: records that `base` holds.
  absl::Status Open(const std::shared_ptr<const store::Snapshot>& base, uint64_t log_size);
  // Back to what was published: forgets everything since.
  void RollBack(Rows rows, ProjectorState state, uint64_t log_size);

  // The account, loaded if need be; number and row are made by the first event.
  absl::StatusOr<HotAccount*> Load(const std::string& account_id);
  // Positions stored under the event's key. What it finds is kept for the event's
  // own Apply, which comes next if the event is taken.
  absl::StatusOr<std::vector<Position>> Lookup(const HotAccount& account, std::string_view source, std::string_view id);
  // Open parked records with the record's ids, the newest few.
  absl::StatusOr<std::vector<Position>> OpenParked(const codec::RecordView& record) const;
  // What folding them would say, without doing it: the anomalies of the first that has any. Events of the account in
  // the order of their positions.
  absl::StatusOr<std::vector<relations::Anomaly>> DryRun(const HotAccount& account, std::vector<const relations::Event*> events);

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
  // Since the projector was made.
  const AccountLoads& account_loads() const { return loads_; }
  // Folded again because of late ones, since the projector was made.
  uint64_t refolded_events() const { return refolded_events_; }
  const ProjectorState& state() const { return state_; }
  Overlay& rows() { return rows_; }
  const Overlay& rows() const { return rows_; }

 private:
  relations::FoldContext Context(Position known_to) const { return {*state_.policies, known_to, options_.calendar}; }
  Timestamp BusinessTime(const relations::AccountCore& core) const { return std::max(state_.clock, core.last_event_at); }

  absl::StatusOr<Applied> ApplyAccountEvent(const codec::RecordView& record, const relations::Event& event);
  absl::Status ApplyPolicy(const relations::PolicyAdopted& adopted, Position position);
  absl::Status ApplyParked(const codec::RecordView& record, Position position);
  absl::StatusOr<std::vector<Position>> PositionsUnder(std::string_view key) const;
  void PutPositions(std::string_view key, const std::vector<Position>& positions);
  absl::Status CloseParked(Position parked);
  absl::Status AddToCounter(std::string_view name, int64_t by);
  absl::Status AddToParkedCount(const std::string& account_id, int64_t by);
  absl::StatusOr<std::string> PositionsOf(std::string_view event_id_key);
  absl::Status PutEventId(const HotAccount& account, const codec::RecordView& record, Position position);

  absl::StatusOr<relations::Transition> FoldInOrder(HotAccount& account, const relations::Event& event);
  absl::StatusOr<relations::Transition> FoldLate(HotAccount& account, const relations::Event& event);
  // The fold of the event on what is stored: children loaded and put, the past remembered.
  absl::StatusOr<relations::Transition> FoldStored(HotAccount& account, const relations::Event& event,
                                                   const relations::FoldContext& context);

  // A late event and what its account's events say again because of it.
  struct LateFold {
    const relations::Event& event;
    Timestamp since;  // changes from here on are those below
    std::vector<relations::TierChange> changes;
    bool folded = false;                // the late event has been
    relations::Transition result = {};  // of the late event
  };
  // Back to before the step of the account's past; answers the positions that were undone, the late event's among them.
  std::vector<Position> Undo(HotAccount& account, size_t base, const relations::Event& late);
  // Back to the newest snapshot before the late event, and on again but for the positions it answers, which are still to be folded.
  absl::StatusOr<std::vector<Position>> FoldFromSnapshot(HotAccount& account, LateFold& late);
  // Adds the keys of children whose rows are not those of the account in memory.
  absl::Status AddChangedRows(AccountNumber account, const AccountMemory& memory, std::set<relations::ChildKey>& keys) const;
  absl::Status Refold(HotAccount& account, const std::vector<Position>& positions, LateFold& late);
  absl::StatusOr<relations::Event> EventAt(store::LogReader& log, Position position, const relations::Event& late);

  // Of a large account; nullptr of others. Makes it, and forgets that of another when there are too many.
  RecentPast* PastOf(HotAccount& account);
  absl::Status TakeSnapshot(const HotAccount& account, Position included_to);
  // child nullptr: delete.
  void PutChild(AccountNumber account, const relations::ChildKey& key, const relations::Child* child);
  void PutChildRow(AccountNumber account, const relations::ChildKey& key, std::optional<std::string_view> row);
  absl::Status LoadChildren(const HotAccount& account, const relations::Event& event, relations::ChildSet& children) const;
  // As DryRun; events in fold order.
  absl::StatusOr<std::vector<relations::Anomaly>> DryRunInOrder(const HotAccount& account,
                                                                const std::vector<const relations::Event*>& events) const;
  absl::StatusOr<std::vector<relations::Anomaly>> DryRunLate(const HotAccount& account, const std::vector<const relations::Event*>& events);
  // Folds the account's events after memory's newest one with occurred_at <= to.
  absl::Status FoldTimeline(AccountMemory& memory, AccountNumber number, Timestamp to, Position known_to);
  absl::Status AppendTold(HotAccount& account, FeedRow row);
  // Changes nobody was told of.
  absl::Status TellNew(HotAccount& account, const std::vector<relations::TierChange>& changes, Position cause);
  // `changes` are all there are from `since` on: corrects what was told.
  absl::Status Tell(HotAccount& account, Timestamp since, std::vector<relations::TierChange> changes, Position cause);
  absl::Status Sweep(HotAccount& account);
  absl::StatusOr<HotAccount*> LoadNumber(AccountNumber number);
  // An adopted policy's first assessment, due at `marker`'s instant: up to `accounts_max` more of the accounts that nothing else
  // wakes, as they were at rest under the policies known before.
  absl::Status SweepAtRest(std::string_view marker, size_t accounts_max);
  // Puts the account's index rows and its main row.
  absl::Status Reindex(HotAccount& account);
  // Writes rows and indexes of the changed accounts. Indexes say what was so at
  // the clock of the account's last change: they are settled before the clock
  // moves or a sweep looks at them, however records are batched.
  absl::Status Settle();
  // Into what the account's row says; one that is nowhere stays as it is.
  absl::Status LoadInto(HotAccount& account);
  absl::StatusOr<std::optional<CachedAccount>> FindStored(const std::string& account_id) const;
  void PutOutbox(const HotAccount& account, const std::vector<relations::OutboxMessage>& messages);
  void EvictColdAccounts();
  void Cool(const HotAccount& account);

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

  std::unordered_map<std::string, HotAccount> hot_;  // they stay where they are
  AccountCache cache_;                               // of committed accounts that are not hot
  AccountLoads loads_;
  HotAccount* last_loaded_ = nullptr;
  std::vector<HotAccount*> changed_;  // the dirty accounts
  std::deque<std::string> large_;     // accounts that were given a past, oldest first; some may be cold by now
  // What the store answered to the last Lookup: the same event's id is put next,
  // and asking every level again for a key that is not there costs as much as folding.
  std::string looked_up_key_, looked_up_positions_;
  mutable std::string buffer_;  // of values read from the store
  Position last_position_{0};
  uint64_t refolded_events_ = 0;
  bool outbox_grew_ = true;
  std::optional<Timestamp> next_due_;  // when known
  bool next_due_known_ = false;
};

}  // namespace guanxi::partition
