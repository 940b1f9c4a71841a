#include "importers/cloudevents.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/reason.h"
#include "codec/cloudevents.h"
#include "codec/proto_time.h"
#include "importers/import_run.h"
#include "importers/line_reader.h"
#include "importers/text.h"
#include "relations/event_type.h"

namespace guanxi::importers {
namespace {

bool OnlyAnEngineWrites(const codec::Record& record) {
  const auto type = relations::EventType{record.type};
  return relations::EntryOf(type).family == relations::EventFamily::kControl || type == relations::EventType::kReferralRecorded;
}

bool TextsAreUtf8(const codec::Record& record) {
  for (const auto& extension : record.extensions)
    if (!IsUtf8(extension.name) || !IsUtf8(extension.value)) return false;
  for (const std::string* text : {&record.id, &record.source, &record.account_id, &record.actor, &record.on_behalf_of,
                                  &record.correlation_id, &record.causation_id, &record.type_name, &record.content_type})
    if (!IsUtf8(*text)) return false;
  return true;
}

void MovePayload(codec::Record&& record, guanxi::v1::NewEvent& event) {
  const auto type = relations::EventType{record.type};
  const bool known = relations::EntryOf(type).type != relations::EventType::kUnknown;
  if (known && record.content_type.empty()) {
    event.mutable_data()->set_type_url("type.googleapis.com/" + relations::FullName(type));
    event.mutable_data()->set_value(std::move(record.payload));
    return;
  }
  event.mutable_raw()->set_type(known ? relations::FullName(type) : std::move(record.type_name));
  event.mutable_raw()->set_content_type(std::move(record.content_type));
  event.mutable_raw()->set_data(std::move(record.payload));
}

// Events mean something else without the policies they were assessed by: better none.
absl::Status TakePolicy(const std::string& path, const Line& line, const codec::Record& record, ImportRun& run) {
  guanxi::event::v1::PolicyAdopted policy;
  if (!record.content_type.empty() || !policy.ParseFromString(record.payload))
    return Refuse(Reason::REQUEST_INVALID,
                  absl::StrCat(path, ":", line.number, ": the policy cannot be read, and no line after it is taken"),
                  {{"file", path}, {"line", std::to_string(line.number)}});
  const absl::StatusOr<bool> adopted = run.Adopt(policy);
  if (!adopted.ok()) return adopted.status();
  *adopted ? run.Used() : run.Skip(Outcome::kPolicyNotAdopted);
  return absl::OkStatus();
}

absl::Status TakeClock(const Line& line, const codec::Record& record, ImportRun& run) {
  guanxi::event::v1::ClockAdvanced clock;
  if (record.content_type.empty() && clock.ParseFromString(record.payload)) {
    run.SawClock(codec::FromProto(clock.to()));
    run.Used();
  } else {
    run.Broken(Outcome::kNotAnEvent, line.number, "the clock's data cannot be read");
  }
  return absl::OkStatus();
}

absl::Status TakeLine(const std::string& path, const Line& line, ImportRun& run) {
  if (line.too_long) {
    run.Broken(Outcome::kMalformedRow, line.number, "the line is longer than 8 MiB");
    return absl::OkStatus();
  }
  auto record = codec::RecordFromCloudEvent(Trimmed(line.text));
  if (!record.ok()) {
    run.Broken(Outcome::kNotAnEvent, line.number, std::string(record.status().message()));
  } else if (!TextsAreUtf8(*record)) {
    run.Broken(Outcome::kNotUtf8, line.number, "an attribute is not valid UTF-8");
  } else if (record->park_reason != 0) {
    run.Skip(Outcome::kParkedEvent);
  } else if (relations::EventType{record->type} == relations::EventType::kPolicyAdopted) {
    return TakePolicy(path, line, *record, run);
  } else if (relations::EventType{record->type} == relations::EventType::kClockAdvanced) {
    return TakeClock(line, *record, run);
  } else if (OnlyAnEngineWrites(*record)) {
    run.Skip(Outcome::kEngineRecord);
  } else {
    if (!record->sealed.empty()) run.Note(Outcome::kSealedPartsLost);
    run.Used();
    return run.Emit(NewEventOf(*std::move(record)));
  }
  return absl::OkStatus();
}

}  // namespace

guanxi::v1::NewEvent NewEventOf(codec::Record&& record) {
  guanxi::v1::NewEvent event;
  event.set_id(std::move(record.id));
  event.set_source(std::move(record.source));
  event.set_account_id(std::move(record.account_id));
  *event.mutable_occurred_at() = codec::ToProto(record.occurred_at);
  event.set_actor(std::move(record.actor));
  event.set_on_behalf_of(std::move(record.on_behalf_of));
  event.set_correlation_id(std::move(record.correlation_id));
  event.set_causation_id(std::move(record.causation_id));
  for (auto& extension : record.extensions) {
    auto& added = *event.add_extensions();
    added.set_name(std::move(extension.name));
    added.set_value(std::move(extension.value));
  }
  MovePayload(std::move(record), event);
  return event;
}

absl::Status ImportCloudEvents(const std::string& path, const ImportOptions& options, EventSink& sink, ImportReport& report) {
  ImportRun run(options, sink, report);
  run.ExpectBytes(FileBytes(path));
  auto lines = LineReader::Open(path);
  if (!lines.ok()) return lines.status();
  run.BeginFile(path);
  Line line;
  while (true) {
    const auto more = lines->Next(line);
    if (!more.ok()) return more.status();
    if (!*more) break;
    if (Trimmed(line.text).empty()) continue;
    run.RowRead(lines->bytes_done());
    const absl::Status taken = TakeLine(path, line, run);
    if (!taken.ok()) return taken;
  }
  run.EndFile(lines->bytes_done());
  return absl::OkStatus();
}

}  // namespace guanxi::importers
