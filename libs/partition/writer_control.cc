// Records that the engine writes itself: policies, the admission level, what is decided about parked events.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/reason.h"
#include "codec/admission.h"
#include "codec/control_record.h"
#include "partition/event_source.h"
#include "partition/keys.h"
#include "partition/writer.h"

namespace guanxi::partition {
EventOutcome Writer::ProcessControl(const codec::Record& record) {
  auto event = decoder_.DecodeEvent(record.View(), Position{log_->size()});
  if (!event.ok()) return Refused(event.status());
  if (const auto* repair = std::get_if<relations::ParkedRepaired>(&event->body)) return Repair(record, repair->parked_position);
  if (const auto* dismissed = std::get_if<relations::ParkedDismissed>(&event->body))
    if (auto status = CheckParked(dismissed->parked_position); !status.ok()) return Refused(status);
  if (std::holds_alternative<relations::PolicyAdopted>(event->body)) return Adopt(record, *std::move(event));
  if (const auto* raised = std::get_if<relations::AdmissionRaised>(&event->body))
    if (auto known = Raise(raised->level)) return *std::move(known);
  return AppendControl(record, *std::move(event));
}

EventOutcome Writer::AppendControl(const codec::Record& record, relations::Event event) {
  EventOutcome outcome;
  outcome.position = Position{log_->size()};
  if (const auto applied = AppendAndApply(record, std::move(event)); !applied.ok()) return Refused(applied.status());
  return outcome;
}

EventOutcome Writer::Adopt(codec::Record record, relations::Event event) {
  auto& policy = std::get<relations::PolicyAdopted>(event.body);
  if (auto known = FindPolicy(policy)) return *std::move(known);
  // Whoever adopted it saw the partition earlier: events came since.
  const Timestamp past = std::max(projector_.state().clock, projector_.state().newest);
  policy.effective_at = std::max(policy.effective_at, Timestamp{past.micros + 1});
  record.payload = codec::EncodePolicyAdopted(policy);
  return AppendControl(record, std::move(event));
}

// Several nodes may adopt at once: the first of an epoch stands.
std::optional<EventOutcome> Writer::FindPolicy(const relations::PolicyAdopted& adopted) const {
  for (const auto& known : projector_.state().policies->adopted()) {
    if (known.control_epoch != adopted.control_epoch) continue;
    if (known.policy.name != adopted.policy_name || known.policy.version != adopted.version || known.effective_at < adopted.effective_at)
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
  if (auto status = CheckTaken(logged.record); !status.ok()) return status;
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
  codec::RecordView record = repair.View();
  record.account_version = (*account)->core.account_version + 1;
  std::string bytes = codec::EncodeRecord(record);
  tree_.AppendRecord(bytes);
  log_->Append(std::move(bytes));
  const auto applied = projector_.ApplyRepair(*logged, parked);
  if (!applied.ok()) return Refused(broken_ = applied.status());
  outcome.account_version = applied->account_version;
  return outcome;
}

}  // namespace guanxi::partition
