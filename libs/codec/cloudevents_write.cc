#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "codec/admission.h"
#include "codec/cloudevents.h"
#include "codec/cloudevents_names.h"
#include "codec/json_text.h"
#include "codec/payload_json.h"
#include "relations/event_type.h"

namespace guanxi::codec {
namespace {

namespace json = boost::json;
using namespace cloudevents;

enum class DataAs { kJson, kBase64 };

json::string Text(std::string_view text) { return json::string(text.data(), text.size()); }

void Put(json::object& event, std::string_view name, std::string_view value) {
  event.emplace(json::string_view(name.data(), name.size()), Text(value));
}

std::string TypeNameOf(const Record& record) {
  return record.type == 0 ? record.type_name : relations::FullName(relations::EventType{record.type});
}

bool HasExtension(const Record& record, std::string_view name) {
  for (const Extension& extension : record.extensions) {
    if (extension.name == name) return true;
  }
  return false;
}

void PutAccount(json::object& event, const Record& record) {
  if (record.account_id.empty()) return;
  if (!HasExtension(record, "subject")) Put(event, "subject", record.account_id);
  Put(event, "partitionkey", record.account_id);
}

void PutEngineAttributes(json::object& event, const Record& record) {
  if (record.account_version != 0) Put(event, "guanxiversion", std::to_string(record.account_version));
  if (record.park_reason != 0) Put(event, "guanxiparked", EntryOf(*ReasonNumbered(record.park_reason)).name);
  if (!record.sealed.empty()) Put(event, "guanxisealed", ToBase64(EncodeSealed(record.sealed)));
}

// The data as JSON: a known type's message, or JSON text that was kept.
absl::StatusOr<std::string> JsonDataOf(const Record& record) {
  if (record.type != 0 && record.content_type.empty()) return PayloadToJson(relations::EventType{record.type}, record.payload);
  if (IsJson(record.content_type)) return record.payload;
  return absl::FailedPreconditionError("bytes");
}

bool PutData(json::object& event, const Record& record, DataAs as) {
  if (!record.content_type.empty()) Put(event, "datacontenttype", record.content_type);
  if (as == DataAs::kBase64) {
    Put(event, "data_base64", ToBase64(record.payload));
    return true;
  }
  const absl::StatusOr<std::string> text = JsonDataOf(record);
  if (!text.ok()) return false;
  absl::StatusOr<json::value> data = ParseJson(*text);
  if (!data.ok()) return false;
  event.emplace("data", *std::move(data));
  return true;
}

// Nothing when the record cannot be said this way.
std::optional<std::string> PlainEvent(const Record& record, DataAs as) {
  json::object event;
  Put(event, "specversion", kSpecVersion);
  Put(event, "id", record.id);
  Put(event, "source", record.source);
  Put(event, "type", TypeNameOf(record));
  PutAccount(event, record);
  Put(event, "time", FormatTimestamp(record.occurred_at));
  if (record.recorded_at != Timestamp{}) Put(event, "recordedtime", FormatTimestamp(record.recorded_at));
  for (const TextAttribute& attribute : kTextAttributes) {
    if (!(record.*attribute.member).empty()) Put(event, attribute.name, record.*attribute.member);
  }
  PutEngineAttributes(event, record);
  for (const Extension& extension : record.extensions) Put(event, extension.name, extension.value);
  if (!PutData(event, record, as)) return std::nullopt;
  std::string line = json::serialize(event);
  const absl::StatusOr<Record> again = RecordFromCloudEvent(line);
  if (!again.ok() || *again != record) return std::nullopt;
  return line;
}

// Of a parked record each may take 2 MiB; then the line would be more than is read.
constexpr size_t kReadableBytesMax = std::max({kEventIdBytesMax, kSourceBytesMax, kTypeNameBytesMax});

std::string ReadableOr(std::string_view text, std::string_view otherwise) {
  const bool readable = !text.empty() && text.size() <= kReadableBytesMax && IsUtf8(text);
  return std::string(readable ? text : otherwise);
}

std::string WholeRecordEvent(const Record& record) {
  json::object event;
  Put(event, "specversion", kSpecVersion);
  Put(event, "id", ReadableOr(record.id, "unreadable"));
  Put(event, "source", ReadableOr(record.source, "unreadable"));
  Put(event, "type", ReadableOr(TypeNameOf(record), "unreadable"));
  Put(event, "guanxirecord", ToBase64(EncodeRecord(record.View())));
  return json::serialize(event);
}

// What cannot even be written to find out that it does not come back: texts
// that are not UTF-8, times and numbers without a name; nor what CloudEvents
// forbids: an empty id, source or type.
bool CanBeSaid(const Record& record) {
  if (record.id.empty() || record.source.empty() || TypeNameOf(record).empty()) return false;
  for (std::string_view text : {record.account_id, record.source, record.id, record.actor, record.on_behalf_of, record.correlation_id,
                                record.causation_id, record.type_name, record.content_type}) {
    if (!IsUtf8(text)) return false;
  }
  for (const Extension& extension : record.extensions) {
    if (!IsUtf8(extension.name) || !IsUtf8(extension.value)) return false;
  }
  const bool time_fits = record.occurred_at >= kEarliestTimestamp && record.occurred_at <= kLatestTimestamp &&
                         record.recorded_at >= kEarliestTimestamp && record.recorded_at <= kLatestTimestamp;
  const bool type_fits = record.type == 0 || relations::EntryOf(relations::EventType{record.type}).type != relations::EventType::kUnknown;
  return time_fits && type_fits && (record.park_reason == 0 || ReasonNumbered(record.park_reason));
}

}  // namespace

std::string CloudEventFromRecord(const Record& record) {
  if (CanBeSaid(record)) {
    for (const DataAs as : {DataAs::kJson, DataAs::kBase64}) {
      if (std::optional<std::string> line = PlainEvent(record, as)) return *std::move(line);
    }
  }
  return WholeRecordEvent(record);
}

}  // namespace guanxi::codec
