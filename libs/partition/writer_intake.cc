// The way of a submission: checked as a whole, then all of it appended and folded, or none.
#include <fmt/format.h>

#include <map>
#include <utility>

#include "base/reason.h"
#include "codec/admission.h"
#include "partition/event_source.h"
#include "partition/offered_event.h"
#include "partition/writer.h"

namespace guanxi::partition {
namespace {

absl::Status IdConflict(const codec::RecordView& offered, std::string_view where, ReasonMetadata metadata) {
  metadata.merge(ReasonMetadata{{"id", std::string(offered.id)}, {"source", std::string(offered.source)}});
  return Refuse(Reason::EVENT_ID_CONFLICT, fmt::format("event {} of {} {} with another body", offered.id, offered.source, where),
                std::move(metadata));
}

bool IsAdmissionNewer(const absl::Status& status) {
  const ReasonEntry* const reason = ReasonOf(status);
  return reason != nullptr && reason->reason == Reason::ADMISSION_LEVEL_NEWER;
}

}  // namespace

bool Writer::IsSame(const codec::RecordView& first, const relations::EventBody& body, const codec::RecordView& offered) {
  if (!HaveSameHead(first, offered)) return false;
  if (!first.sealed.empty() || !offered.sealed.empty())
    return options_.same_sealed_body == nullptr || options_.same_sealed_body(first, offered);
  return HaveSameBody(first, body, offered, decoder_);
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
  const auto before = FindParked(record.View());
  if (!before.ok()) broken_ = before.status();
  if (!before.ok() || *before) {
    if (before.ok()) outcome.parked_at = **before;
    return;
  }
  relations::Event event;
  event.position = Position{log_->size()};
  event.body = relations::UnknownEvent{record.type_name};
  std::string bytes = codec::EncodeRecord(record.View());
  tree_.AppendRecord(bytes);
  log_->Append(std::move(bytes));
  if (auto applied = projector_.Apply(record.View(), event); !applied.ok()) broken_ = applied.status();
  outcome.parked_at = event.position;
}

absl::StatusOr<std::optional<Position>> Writer::FindParked(const codec::RecordView& offered) {
  const auto open = projector_.OpenParked(offered);
  if (!open.ok()) return open.status();
  store::LogReader log(view_->snapshot, &blocks_, view_->log_size);
  for (const Position at : *open) {
    const std::string* const unsealed = log_->Unsealed(at);
    const auto bytes = unsealed != nullptr ? absl::StatusOr<std::string>(*unsealed) : log.Read(at);
    if (!bytes.ok()) return bytes.status();
    const auto first = codec::DecodeRecord(*bytes);
    if (!first.ok()) return first.status();
    if (IsSameParked(*first, offered)) return at;
  }
  return std::nullopt;
}

bool Writer::IsSameParked(codec::RecordView first, codec::RecordView offered) const {
  first.recorded_at = offered.recorded_at;
  // Sealed anew, what is the same has other bytes.
  if (!first.sealed.empty() && options_.same_sealed_body != nullptr && options_.same_sealed_body(first, offered))
    first.sealed.clear(), offered.sealed.clear(), first.payload = offered.payload;
  return codec::EncodeRecord(first) == codec::EncodeRecord(offered);
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
  if (submission.IsControl()) return {ProcessControl(submission.events.front())};

  const bool internal = submission.internal;
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
  if (!internal)
    for (const EventOutcome& outcome : intake.outcomes) counting_.Count(outcome);
  return std::move(intake.outcomes);
}

SubmissionResult Writer::Apply(SourceStep step) {
  SubmissionResult result;
  if (source_.identity != *step.source) source_.identity = *step.source;
  source_.next_offset = step.next;
  source_.utc_offset_agreed |= step.utc_offset_agreed;
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
  counting_.Count(outcome);
  return outcome;
}

absl::Status Writer::CheckTaken(const codec::RecordView& record) {
  if (!IsReservedForEngine(record)) return absl::OkStatus();
  return Refuse(Reason::CONTROL_TYPE_RESERVED, "this type of record is written by the engine only");
}

void Writer::Admit(const Submission& submission, size_t i, Intake& intake) {
  const codec::Record& record = submission.events[i];
  EventOutcome& outcome = intake.outcomes[i];
  const auto admit = [&]() -> absl::Status {
    if (auto status = codec::CheckEnvelope(record.View(), recorded_, rules()); !status.ok()) return status;
    if (!submission.internal)
      if (auto status = CheckTaken(record.View()); !status.ok()) return status;
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
  std::vector<const relations::Event*> fresh;
  for (size_t i = 0; i < intake.events.size(); ++i)
    if (intake.events[i] && !intake.repeats.contains(i)) fresh.push_back(&*intake.events[i]);
  if (fresh.empty()) return absl::OkStatus();
  const auto anomalies = projector_.DryRun(*intake.account, std::move(fresh));
  if (!anomalies.ok()) return anomalies.status();
  if (anomalies->empty()) return absl::OkStatus();
  const std::string name(relations::NameOf(anomalies->front().kind));
  return Refuse(Reason::STATE_CONTRADICTED, "an event contradicts the account: " + name, {{"anomaly", name}});
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

}  // namespace guanxi::partition
