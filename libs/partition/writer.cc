#include "partition/writer.h"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "base/byte_coding.h"
#include "base/reason.h"
#include "codec/admission.h"
#include "partition/event_source.h"
#include "partition/fold_log.h"
#include "partition/keys.h"
#include "relations/event_type.h"

namespace guanxi::partition {
namespace {

using relations::EventType;

std::string TileKey(ledger::TileId id) {
  std::string key(1, static_cast<char>(id.level));
  PutBigEndian(key, id.index);
  return key;
}

std::string LittleEndian64(uint64_t v) {
  std::string out;
  PutLittleEndian(out, v);
  return out;
}

bool ReservedForEngine(const codec::Record& record) {
  const auto type = static_cast<EventType>(record.type);
  return type == EventType::kReferralRecorded || relations::EntryOf(type).family == relations::EventFamily::kControl;
}

absl::Status IdConflict(const codec::RecordView& offered, std::string_view where, ReasonMetadata metadata) {
  metadata.merge(ReasonMetadata{{"id", std::string(offered.id)}, {"source", std::string(offered.source)}});
  return Refuse(Reason::EVENT_ID_CONFLICT, fmt::format("event {} of {} {} with another body", offered.id, offered.source, where),
                std::move(metadata));
}

bool IsAdmissionNewer(const absl::Status& status) {
  const ReasonEntry* const reason = ReasonOf(status);
  return reason != nullptr && reason->reason == Reason::ADMISSION_LEVEL_NEWER;
}

std::string EncodeAdmission(const Admission& admission) {
  std::string out;
  PutLittleEndian(out, admission.level);
  PutLittleEndian(out, admission.since.value);
  return out;
}

EventOutcome Refused(absl::Status status) {
  EventOutcome outcome;
  outcome.status = std::move(status);
  return outcome;
}

}  // namespace

ledger::TileLoader TilesOf(const View& view) {
  return [snapshot = view.snapshot, blocks = view.blocks, size = view.log_size](ledger::TileId id) -> absl::StatusOr<std::string> {
    if (id.level > 0) {
      auto tile = snapshot->Get(store::Family::kMerkle, TileKey(id));
      if (!tile.ok()) return tile.status();
      return tile->value_or("");
    }
    store::LogReader log(snapshot, blocks, size);
    ledger::Hasher hasher;
    std::string hashes;
    for (uint64_t at = id.index * ledger::kTileWidth; at < std::min(size, (id.index + 1) * ledger::kTileWidth); ++at) {
      const auto record = log.View(Position{at});
      if (!record.ok()) return record.status();
      hashes += ledger::AsBytes(hasher.Leaf(*record));
    }
    return hashes;
  };
}

Writer::Writer(Options options, store::Store& store, store::BlockCache& blocks)
    : options_(std::move(options)),
      store_(store),
      blocks_(blocks),
      projector_({options_.calendar, options_.hot_accounts_max, true, options_.large_account_events}, nullptr, &blocks) {}

absl::StatusOr<std::unique_ptr<Writer>> Writer::Open(Options options, store::Store& store, store::BlockCache& blocks) {
  std::unique_ptr<Writer> writer(new Writer(std::move(options), store, blocks));
  if (auto status = writer->Reset(); !status.ok()) return status;
  return writer;
}

absl::Status Writer::OpenLog(const std::shared_ptr<const store::Snapshot>& snapshot) {
  const auto size_bytes = snapshot->Get(store::Family::kMeta, kMetaSize);
  const auto recorded_bytes = snapshot->Get(store::Family::kMeta, kMetaRecorded);
  const auto root = snapshot->Get(store::Family::kMeta, kMetaRoot);
  const auto source_bytes = snapshot->Get(store::Family::kMeta, kMetaSource);
  for (const auto* read : {&size_bytes, &recorded_bytes, &root, &source_bytes})
    if (!read->ok()) return read->status();
  auto source = *source_bytes ? DecodeProgress(**source_bytes) : SourceProgress();
  if (!source.ok()) return source.status();
  source_ = *std::move(source);
  if (auto status = ReadAdmission(*snapshot); !status.ok()) return status;
  const uint64_t size = *size_bytes ? ByteReader(**size_bytes).LittleEndian<uint64_t>() : 0;
  if (*recorded_bytes) recorded_.micros = static_cast<int64_t>(ByteReader(**recorded_bytes).LittleEndian<uint64_t>());
  auto log = store::LogWriter::Open(*snapshot, size);
  if (!log.ok()) return log.status();
  log_ = std::make_unique<store::LogWriter>(*std::move(log));
  projector_.ReadUnflushedFrom(log_.get());
  View view;
  view.snapshot = snapshot, view.log_size = size, view.blocks = &blocks_;
  auto tree = ledger::TreeWriter::Restore(size, TilesOf(view));
  if (!tree.ok()) return tree.status();
  tree_ = *std::move(tree);
  if (size > 0 && (!*root || **root != ledger::AsBytes(tree_.Root())))
    return Refuse(Reason::STORE_CORRUPT,
                  fmt::format("partition {}: the log's records do not give the stored tree head", options_.partition.value));
  return absl::OkStatus();
}

absl::Status Writer::ReadAdmission(const store::Snapshot& snapshot) {
  const auto bytes = snapshot.Get(store::Family::kMeta, kMetaAdmission);
  if (!bytes.ok()) return bytes.status();
  admission_ = {};
  if (!*bytes) return absl::OkStatus();
  ByteReader in(**bytes);
  admission_.level = in.LittleEndian<uint32_t>();
  admission_.since.value = in.LittleEndian<uint64_t>();
  return codec::CheckLevelKnown(admission_.level, options_.admission.size());
}

absl::Status Writer::CatchUp(const std::shared_ptr<const store::Snapshot>& snapshot) {
  auto sweeps = ReadSweeps(*snapshot);
  if (!sweeps.ok()) return sweeps.status();
  if (!sweeps->empty()) sweeps_forgotten_ = std::min(sweeps->front().number, sweeps_in_store_);
  while (!sweeps->empty() && sweeps->front().number < sweeps_in_store_) sweeps->pop_front();
  const auto sweep_as_noted = [&]() -> absl::Status {
    while (!sweeps->empty() && sweeps->front().log_size == projector_.state().log_size) {
      if (auto swept = projector_.SweepSlice(sweeps->front().accounts_max); !swept.ok()) return swept.status();
      sweeps->pop_front();
    }
    return absl::OkStatus();
  };
  projector_.TellFeed(false);
  if (auto status = sweep_as_noted(); !status.ok()) return status;
  store::LogReader log(snapshot, &blocks_, log_->size());
  if (auto status = FoldLog(projector_, log, decoder_, log_->size(), [&](const auto&) { return sweep_as_noted(); }); !status.ok())
    return status;
  store::Batch told_before;
  if (auto status = projector_.Finish(told_before); !status.ok()) return status;
  projector_.TellFeed(true);
  const auto feed_size = snapshot->Get(store::Family::kMeta, kMetaFeedSize);
  if (!feed_size.ok()) return feed_size.status();
  if (projector_.state().feed_size != (*feed_size ? ByteReader(**feed_size).LittleEndian<uint64_t>() : 0))
    return Refuse(Reason::STORE_CORRUPT,
                  fmt::format("partition {}: folding the log again told other tier changes than were told", options_.partition.value));
  return absl::OkStatus();
}

absl::Status Writer::Reset() {
  const auto snapshot = store_.TakeSnapshot();
  if (auto status = OpenLog(snapshot); !status.ok()) return status;
  if (auto status = projector_.Open(snapshot, log_->size()); !status.ok()) return status;
  checkpointed_ = projector_.state().log_size;
  sweeps_forgotten_ = sweeps_in_store_ = sweeps_in_frozen_ = projector_.state().sweep_slices;
  if (auto status = CatchUp(snapshot); !status.ok()) return status;
  view_ = MakeView();
  return absl::OkStatus();
}

absl::Status Writer::RollBack() {
  const auto snapshot = store_.TakeSnapshot();
  swept_.clear();
  if (auto status = OpenLog(snapshot); !status.ok()) return status;
  source_ = view_->source;
  projector_.RollBack({view_->rows.newest, view_->rows.frozen, snapshot}, committed_, log_->size());
  return absl::OkStatus();
}

absl::Status Writer::Reopen() {
  broken_ = absl::OkStatus();
  swept_.clear();
  return lost_ = Reset();
}

absl::Status Writer::Recover() {
  if (auto status = store_.Recover(); !status.ok()) return status;
  if (!lost_.ok()) return Reopen();
  view_ = MakeView();  // of the store as it was opened again
  return absl::OkStatus();
}

ViewPtr Writer::MakeView() {
  auto view = std::make_shared<View>();
  view->partition = options_.partition;
  view->snapshot = store_.TakeSnapshot();
  view->log_size = log_->size();
  view->rows = projector_.Publish(view->snapshot, view->log_size);
  committed_ = projector_.state();
  view->feed_size = committed_.feed_size;
  view->root = std::string(ledger::AsBytes(tree_.Root()));
  view->clock = committed_.clock;
  view->swept_to = committed_.swept_to;
  view->newest_occurred_at = committed_.newest;
  view->policies = committed_.policies;
  view->source = source_;
  view->admission = admission_;
  view->calendar = options_.calendar;
  view->blocks = &blocks_;
  return view;
}

absl::StatusOr<bool> Writer::SweepSlice(size_t accounts_max) {
  if (!lost_.ok()) return lost_;
  const NotedSweep slice{projector_.state().sweep_slices, log_->size(), accounts_max};
  const auto more = projector_.SweepSlice(accounts_max);
  if (!more.ok()) broken_ = more.status();
  if (projector_.state().sweep_slices > slice.number) swept_.push_back(slice);
  return more;
}

absl::StatusOr<ViewPtr> Writer::Commit() {
  if (!lost_.ok()) return lost_;
  store::Batch batch;
  auto status = std::exchange(broken_, absl::OkStatus());
  if (status.ok()) status = projector_.Finish(batch);
  log_->Flush(batch);
  for (const auto& tile : tree_.TakeDirtyTiles())
    if (tile.tile.level > 0) batch.Put(store::Family::kMerkle, TileKey(tile.tile), tile.hashes);
  batch.Put(store::Family::kMeta, kMetaSize, LittleEndian64(log_->size()));
  batch.Put(store::Family::kMeta, kMetaRoot, ledger::AsBytes(tree_.Root()));
  batch.Put(store::Family::kMeta, kMetaRecorded, LittleEndian64(static_cast<uint64_t>(recorded_.micros)));
  if (!source_.identity.empty()) batch.Put(store::Family::kMeta, kMetaSource, EncodeProgress(source_));
  if (admission_.level > 1) batch.Put(store::Family::kMeta, kMetaAdmission, EncodeAdmission(admission_));
  for (const auto& slice : swept_) NoteSweep(batch, slice);
  for (uint64_t number = sweeps_forgotten_; number < sweeps_in_store_; ++number) ForgetSweep(batch, number);
  if (status.ok()) status = store_.Write(batch, true);
  if (!status.ok()) {
    // Memory ran ahead of what is stored.
    lost_ = RollBack();
    return status;
  }
  swept_.clear();
  sweeps_forgotten_ = sweeps_in_store_;
  return view_ = MakeView();
}

RowTree Writer::BeginCheckpoint() {
  checkpointed_ = log_->size();
  sweeps_in_frozen_ = projector_.state().sweep_slices;
  const RowTree frozen = projector_.Freeze();
  view_ = MakeView();
  return frozen;
}

ViewPtr Writer::EndCheckpoint() {
  projector_.DropFrozen(store_.TakeSnapshot());
  sweeps_in_store_ = sweeps_in_frozen_;
  return view_ = MakeView();
}

bool Writer::IsSame(const codec::RecordView& first, const relations::EventBody& body, const codec::RecordView& offered) {
  if (first.type != offered.type || first.type_name != offered.type_name || first.occurred_at != offered.occurred_at) return false;
  if (!first.sealed.empty() || !offered.sealed.empty())
    return options_.same_sealed_body == nullptr || options_.same_sealed_body(first, offered);
  if (first.payload == offered.payload) return true;
  const auto decoded = decoder_.DecodeBody(offered);
  return decoded.ok() && first.type != 0 && *decoded == body;
}

absl::StatusOr<std::optional<Position>> Writer::FindDuplicate(const HotAccount& account, const codec::RecordView& offered,
                                                              uint64_t* version) {
  const auto positions = projector_.Lookup(account, offered.source, offered.id);
  if (!positions.ok()) return positions.status();
  store::LogReader log(view_->snapshot, &blocks_, view_->log_size);
  for (const Position at : *positions) {
    auto logged = ReadEvent(log, log_.get(), decoder_, at);
    if (!logged.ok()) return logged.status();
    const codec::RecordView& stored = logged->record;
    if (stored.source != offered.source || stored.id != offered.id) continue;  // another id with the same key
    *version = stored.account_version;
    if (IsSame(stored, logged->event.body, offered)) return at;
    return IdConflict(offered, fmt::format("is stored at position {}", at.value), {{"position", std::to_string(at.value)}});
  }
  return std::nullopt;
}

void Writer::Park(EventOutcome& outcome, codec::Record record) {
  const ReasonEntry* reason = ReasonOf(outcome.status);
  if (reason == nullptr || IsStoreFailure(outcome.status) || record.account_id.size() > codec::kAccountIdBytesMax ||
      !codec::CheckSize(record.View()).ok())
    return;
  record.park_reason = static_cast<uint32_t>(reason->reason);
  record.account_version = 0;
  relations::Event event;
  event.position = Position{log_->size()};
  event.body = relations::UnknownEvent{record.type_name};
  std::string bytes = codec::EncodeRecord(record.View());
  tree_.AppendRecord(bytes);
  log_->Append(std::move(bytes));
  if (auto applied = projector_.Apply(record.View(), event); !applied.ok()) broken_ = applied.status();
  outcome.parked_at = event.position;
}

absl::StatusOr<Applied> Writer::AppendAndApply(const codec::Record& record, relations::Event event) {
  event.position = Position{log_->size()};
  std::string bytes = codec::EncodeRecord(record.View());
  tree_.AppendRecord(bytes);
  log_->Append(std::move(bytes));
  auto applied = projector_.Apply(record.View(), event);
  if (!applied.ok()) broken_ = applied.status();
  return applied;
}

SubmissionResult Writer::Process(Submission submission, Timestamp now) {
  recorded_ = std::max(recorded_, now);
  for (auto& record : submission.events) record.recorded_at = recorded_;
  if (submission.internal && submission.events.front().account_id.empty()) return {ProcessControl(submission.events.front())};

  Intake intake(submission.events.size());
  for (size_t i = 0; i < submission.events.size(); ++i) Admit(submission, i, intake);
  if (intake.refused.ok()) FindRepeats(submission, intake);
  if (intake.refused.ok()) intake.refused = CheckVersion(submission, intake);
  if (intake.refused.ok() && submission.strict) intake.refused = CheckAgainstState(intake);
  if (!intake.refused.ok()) {
    RefuseAll(std::move(submission), intake);
  } else if (const auto failed = AppendAll(std::move(submission), intake); !failed.ok()) {
    return SubmissionResult(intake.outcomes.size(), Refused(failed));
  }
  return std::move(intake.outcomes);
}

SubmissionResult Writer::Apply(SourceStep step) {
  SubmissionResult result;
  if (source_.identity != *step.source) source_.identity = *step.source;
  source_.next_offset = step.next;
  if (step.IsRecord()) {
    source_.has_last = true;
    source_.last_offset = step.offset;
    source_.last_fingerprint = step.fingerprint;
    source_.last_time = step.recorded_at;
    if (step.unreadable.ok())
      result = Process(std::move(step.submission), step.recorded_at);
    else
      result = {ParkUnreadable(std::move(step))};
  }
  for (const EventOutcome& outcome : result)
    if (IsStoreFailure(outcome.status) || IsAdmissionNewer(outcome.status)) broken_ = outcome.status;
  return result;
}

EventOutcome Writer::ParkUnreadable(SourceStep step) {
  recorded_ = std::max(recorded_, step.recorded_at);
  codec::Record& record = step.submission.events.front();
  record.recorded_at = recorded_;
  EventOutcome outcome = Refused(step.unreadable);
  Park(outcome, std::move(record));
  return outcome;
}

ViewPtr Writer::PublishSource() {
  auto view = std::make_shared<View>(*view_);
  view->source = source_;
  return view_ = std::move(view);
}

void Writer::Admit(const Submission& submission, size_t i, Intake& intake) {
  const codec::Record& record = submission.events[i];
  EventOutcome& outcome = intake.outcomes[i];
  const auto admit = [&]() -> absl::Status {
    if (auto status = codec::CheckEnvelope(record.View(), recorded_, rules()); !status.ok()) return status;
    if (!submission.internal && ReservedForEngine(record))
      return Refuse(Reason::CONTROL_TYPE_RESERVED, "this type of record is written by the engine only");
    if (intake.account == nullptr) {
      const auto loaded = projector_.Load(record.account_id);
      if (!loaded.ok()) return loaded.status();
      intake.account = *loaded;
    }
    const auto duplicate = FindDuplicate(*intake.account, record.View(), &outcome.account_version);
    if (!duplicate.ok()) return duplicate.status();
    if (*duplicate) {
      outcome.duplicate = true;
      outcome.position = **duplicate;
      return absl::OkStatus();
    }
    auto event = decoder_.DecodeEvent(record.View(), Position{log_->size() + intake.fresh});
    if (!event.ok()) return event.status();
    intake.events[i] = *std::move(event);
    ++intake.fresh;
    return absl::OkStatus();
  };
  outcome.status = admit();
  if (intake.refused.ok()) intake.refused = outcome.status;
}

void Writer::FindRepeats(const Submission& submission, Intake& intake) {
  if (submission.events.size() < 2) return;
  std::map<std::pair<std::string_view, std::string_view>, size_t> first;
  for (size_t i = 0; i < submission.events.size(); ++i) {
    if (!intake.events[i]) continue;
    const codec::RecordView record = submission.events[i].View();
    const auto [known, is_first] = first.try_emplace({record.source, record.id}, i);
    if (is_first) continue;
    intake.repeats.insert(i);
    if (IsSame(submission.events[known->second].View(), intake.events[known->second]->body, record)) continue;
    intake.refused = intake.outcomes[i].status =
        IdConflict(record, "stands in the same call before,", {{"index", std::to_string(known->second)}});
    return;
  }
}

absl::Status Writer::CheckVersion(const Submission& submission, const Intake& intake) const {
  if (!submission.expected_version || intake.fresh == 0) return absl::OkStatus();
  const uint64_t version = intake.account->core.account_version;
  if (version == *submission.expected_version) return absl::OkStatus();
  return Refuse(Reason::EXPECTED_VERSION_MISMATCH,
                fmt::format("the account is at version {}, not {}", version, *submission.expected_version),
                {{"expected_version", std::to_string(*submission.expected_version)}, {"account_version", std::to_string(version)}});
}

absl::Status Writer::CheckAgainstState(const Intake& intake) {
  for (const auto& event : intake.events) {
    if (!event) continue;
    const auto anomalies = projector_.DryRun(*intake.account, *event);
    if (!anomalies.ok()) return anomalies.status();
    if (anomalies->empty()) continue;
    const std::string name(relations::NameOf(anomalies->front().kind));
    return Refuse(Reason::STATE_CONTRADICTED, "the event contradicts the account: " + name, {{"anomaly", name}});
  }
  return absl::OkStatus();
}

void Writer::RefuseAll(Submission submission, Intake& intake) {
  const bool keeps = !submission.strict && !submission.expected_version;
  for (size_t i = 0; i < intake.outcomes.size(); ++i) {
    EventOutcome& outcome = intake.outcomes[i];
    if (outcome.status.ok())
      outcome.status = intake.refused;
    else if (keeps)
      Park(outcome, std::move(submission.events[i]));
  }
}

absl::Status Writer::AppendAll(Submission submission, Intake& intake) {
  for (size_t i = 0; i < intake.outcomes.size(); ++i) {
    if (!intake.events[i]) continue;
    codec::Record& record = submission.events[i];
    EventOutcome& outcome = intake.outcomes[i];
    if (intake.repeats.contains(i)) {
      const auto duplicate = FindDuplicate(*intake.account, record.View(), &outcome.account_version);
      if (!duplicate.ok()) return broken_ = duplicate.status();
      if (*duplicate) {
        outcome.duplicate = true;
        outcome.position = **duplicate;
        continue;
      }
    }
    record.account_version = intake.account->core.account_version + 1;
    outcome.position = Position{log_->size()};
    const auto applied = AppendAndApply(record, *std::move(intake.events[i]));
    if (!applied.ok()) return applied.status();
    outcome.account_version = applied->account_version;
    for (const auto& anomaly : applied->anomalies) outcome.anomalies.emplace_back(relations::NameOf(anomaly.kind));
  }
  return absl::OkStatus();
}

EventOutcome Writer::ProcessControl(const codec::Record& record) {
  auto event = decoder_.DecodeEvent(record.View(), Position{log_->size()});
  if (!event.ok()) return Refused(event.status());
  if (const auto* repair = std::get_if<relations::ParkedRepaired>(&event->body)) return Repair(record, repair->parked_position);
  if (const auto* dismissed = std::get_if<relations::ParkedDismissed>(&event->body))
    if (auto status = CheckParked(dismissed->parked_position); !status.ok()) return Refused(status);
  if (const auto* policy = std::get_if<relations::PolicyAdopted>(&event->body))
    if (auto known = FindPolicy(*policy)) return *std::move(known);
  if (const auto* raised = std::get_if<relations::AdmissionRaised>(&event->body))
    if (auto known = Raise(raised->level)) return *std::move(known);
  EventOutcome outcome;
  outcome.position = Position{log_->size()};
  if (const auto applied = AppendAndApply(record, *std::move(event)); !applied.ok()) return Refused(applied.status());
  return outcome;
}

// Several nodes may adopt at once: the first of an epoch stands.
std::optional<EventOutcome> Writer::FindPolicy(const relations::PolicyAdopted& adopted) const {
  for (const auto& known : projector_.state().policies->adopted()) {
    if (known.control_epoch != adopted.control_epoch) continue;
    if (known.policy.name != adopted.policy_name || known.policy.version != adopted.version || known.effective_at != adopted.effective_at)
      return Refused(Refuse(Reason::EXPECTED_VERSION_MISMATCH, "another policy was adopted meanwhile",
                            {{"control_epoch", std::to_string(adopted.control_epoch)}, {"name", known.policy.name}}));
    EventOutcome outcome;
    outcome.position = known.known_from;
    outcome.duplicate = true;
    return outcome;
  }
  return std::nullopt;
}

std::optional<EventOutcome> Writer::Raise(uint32_t level) {
  if (auto known = codec::CheckLevelKnown(level, options_.admission.size()); !known.ok()) return Refused(known);
  if (level <= admission_.level) {
    EventOutcome outcome;
    outcome.position = admission_.since;
    outcome.duplicate = true;
    return outcome;
  }
  admission_ = {level, Position{log_->size()}};
  return std::nullopt;
}

absl::Status Writer::CheckParked(Position parked) const {
  const auto open = projector_.rows().Get(Key(Table::kParked).At(parked));
  if (!open.ok()) return open.status();
  if (*open) return absl::OkStatus();
  return Refuse(Reason::PARKED_NOT_FOUND, fmt::format("position {} holds no open parked event", parked.value));
}

absl::StatusOr<LoggedEvent> Writer::ReadParked(Position parked) {
  if (auto status = CheckParked(parked); !status.ok()) return status;
  store::LogReader log(view_->snapshot, &blocks_, view_->log_size);
  const std::string* const unsealed = log_->Unsealed(parked);
  auto bytes = unsealed != nullptr ? absl::StatusOr<std::string>(*unsealed) : log.Read(parked);
  if (!bytes.ok()) return bytes.status();
  LoggedEvent logged;
  logged.record_bytes = *std::move(bytes);
  const auto record = codec::DecodeRecord(logged.record_bytes);
  if (!record.ok()) return record.status();
  logged.record = *record;
  if (auto status = codec::CheckEnvelope(logged.record, recorded_, rules()); !status.ok()) return status;
  auto event = decoder_.DecodeEvent(logged.record, Position{log_->size()});
  if (!event.ok()) return event.status();
  logged.event = *std::move(event);
  return logged;
}

EventOutcome Writer::Repair(const codec::Record& repair, Position parked) {
  const auto logged = ReadParked(parked);
  if (!logged.ok()) return Refused(logged.status());
  const auto account = projector_.Load(std::string(logged->record.account_id));
  if (!account.ok()) return Refused(account.status());
  EventOutcome outcome;
  outcome.position = Position{log_->size()};
  const auto duplicate = FindDuplicate(**account, logged->record, &outcome.account_version);
  if (!duplicate.ok()) return Refused(duplicate.status());
  if (*duplicate) return Refused(Refuse(Reason::EVENT_ID_CONFLICT, "the event was stored since; dismiss the parked one"));
  std::string bytes = codec::EncodeRecord(repair.View());
  tree_.AppendRecord(bytes);
  log_->Append(std::move(bytes));
  const auto applied = projector_.ApplyRepair(*logged, parked);
  if (!applied.ok()) return Refused(broken_ = applied.status());
  outcome.account_version = applied->account_version;
  return outcome;
}

}  // namespace guanxi::partition
