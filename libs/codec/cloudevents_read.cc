#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>

#include "codec/cloudevents.h"
#include "codec/cloudevents_names.h"
#include "codec/json_text.h"
#include "codec/payload_json.h"
#include "relations/event_type.h"

namespace guanxi::codec {
namespace {

namespace json = boost::json;
using namespace cloudevents;

std::string_view View(const json::string& text) { return {text.data(), text.size()}; }
std::string_view View(json::string_view text) { return {text.data(), text.size()}; }

// Takes the attributes of one event apart. Every attribute taken is gone; what
// remains at the end are the extensions. Keeps the first violation.
class Attributes {
 public:
  explicit Attributes(json::object object) : object_(std::move(object)) {}

  const absl::Status& status() const { return status_; }
  const json::object& rest() const { return object_; }

  void Fail(Reason reason, std::string_view field, std::string_view why) {
    if (status_.ok()) status_ = Refuse(reason, std::string(field) + " " + std::string(why), {{"field", std::string(field)}});
  }
  void Invalid(std::string_view field, std::string_view why) { Fail(Reason::FIELD_INVALID, field, why); }

  // JSON null is an attribute that is not there, as the CloudEvents JSON format says.
  std::optional<json::value> Take(std::string_view name) {
    const auto found = object_.find(json::string_view(name.data(), name.size()));
    if (found == object_.end()) return std::nullopt;
    json::value value = std::move(found->value());
    object_.stable_erase(found);
    if (value.is_null()) return std::nullopt;
    return value;
  }

  std::optional<std::string> TakeText(std::string_view name) {
    const std::optional<json::value> value = Take(name);
    if (!value) return std::nullopt;
    if (value->is_string()) return std::string(View(value->get_string()));
    Invalid(name, "is no string");
    return std::nullopt;
  }

  std::optional<Timestamp> TakeTime(std::string_view name) {
    const std::optional<std::string> text = TakeText(name);
    if (!text) return std::nullopt;
    const std::optional<Timestamp> time = ParseTimestamp(*text);
    if (!time) Invalid(name, "is no RFC 3339 time");
    return time;
  }

  std::optional<std::string> TakeBase64(std::string_view name) {
    const std::optional<std::string> text = TakeText(name);
    if (!text) return std::nullopt;
    std::optional<std::string> bytes = FromBase64(*text);
    if (!bytes) Invalid(name, "is no base64");
    return bytes;
  }

 private:
  json::object object_;
  absl::Status status_;
};

uint32_t ParkReasonFrom(std::string_view name, Attributes& attributes) {
  const std::optional<Reason> reason = ReasonNamed(name);
  if (!reason) attributes.Invalid("guanxiparked", "names no reason");
  return reason ? static_cast<uint32_t>(*reason) : 0;
}

void ReadIdentity(Attributes& attributes, Record& record) {
  if (attributes.TakeText("specversion") != std::optional(std::string(kSpecVersion))) attributes.Invalid("specversion", "is not 1.0");
  const std::optional<std::string> id = attributes.TakeText("id");
  const std::optional<std::string> source = attributes.TakeText("source");
  const std::optional<std::string> type = attributes.TakeText("type");
  if (!id) attributes.Fail(Reason::EVENT_ID_INVALID, "id", "is missing");
  if (!source) attributes.Fail(Reason::EVENT_ID_INVALID, "source", "is missing");
  if (!type) attributes.Fail(Reason::EVENT_TYPE_MISSING, "type", "is missing");
  record.id = id.value_or("");
  record.source = source.value_or("");
  record.type_name = type.value_or("");
  if (!record.type_name.starts_with(relations::kEventTypePrefix)) return;
  record.type = static_cast<uint16_t>(relations::EventTypeFromName(record.type_name));
  if (record.type != 0) record.type_name.clear();
}

void ReadAccount(Attributes& attributes, Record& record) {
  const std::optional<std::string> partition_key = attributes.TakeText("partitionkey");
  const std::optional<std::string> subject = attributes.TakeText("subject");
  record.account_id = partition_key ? *partition_key : subject.value_or("");
  if (subject && *subject != record.account_id) record.extensions.push_back({"subject", *subject});
}

void ReadTimes(Attributes& attributes, Record& record) {
  const std::optional<Timestamp> time = attributes.TakeTime("time");
  if (!time) attributes.Fail(Reason::OCCURRED_AT_MISSING, "time", "is missing");
  record.occurred_at = time.value_or(Timestamp{});
  record.recorded_at = attributes.TakeTime("recordedtime").value_or(Timestamp{});
}

void ReadEngineAttributes(Attributes& attributes, Record& record) {
  if (const auto version = attributes.TakeText("guanxiversion")) {
    const char* const end = version->data() + version->size();
    const auto parsed = std::from_chars(version->data(), end, record.account_version);
    if (parsed.ec != std::errc() || parsed.ptr != end) attributes.Invalid("guanxiversion", "is no number");
  }
  if (const auto reason = attributes.TakeText("guanxiparked")) record.park_reason = ParkReasonFrom(*reason, attributes);
  if (const auto bytes = attributes.TakeBase64("guanxisealed")) {
    std::optional<std::vector<SealedPart>> parts = DecodeSealed(*bytes);
    if (!parts) attributes.Invalid("guanxisealed", "is no list of sealed parts");
    record.sealed = std::move(parts).value_or(std::vector<SealedPart>());
  }
}

absl::Status ReadJsonData(const json::value& data, Record& record) {
  if (!record.content_type.empty() && !IsJson(record.content_type)) {
    // Not JSON inside: the string is the data.
    if (!data.is_string()) return Refuse(Reason::FIELD_INVALID, "data is no string", {{"field", "data"}});
    record.payload = View(data.get_string());
    return absl::OkStatus();
  }
  if (record.type == 0 || record.park_reason != 0) {
    if (record.content_type.empty()) record.content_type = kJsonContentType;
    record.payload = json::serialize(data);
    return absl::OkStatus();
  }
  absl::StatusOr<std::string> payload = PayloadFromJson(relations::EventType{record.type}, json::serialize(data));
  if (!payload.ok()) return payload.status();
  record.payload = *std::move(payload);
  record.content_type.clear();
  return absl::OkStatus();
}

absl::Status ReadData(Attributes& attributes, Record& record) {
  record.content_type = attributes.TakeText("datacontenttype").value_or("");
  const std::optional<std::string> bytes = attributes.TakeBase64("data_base64");
  const std::optional<json::value> data = attributes.Take("data");
  if (bytes && data) attributes.Invalid("data", "stands beside data_base64");
  if (!attributes.status().ok()) return attributes.status();
  if (data) return ReadJsonData(*data, record);
  record.payload = bytes.value_or("");
  const bool is_message = record.type != 0 && record.park_reason == 0;
  if (is_message && (record.content_type == kProtobufContentType || !bytes)) record.content_type.clear();
  return absl::OkStatus();
}

void ReadExtensions(Attributes& attributes, Record& record) {
  for (const json::key_value_pair& attribute : attributes.rest()) {
    const std::string name(View(attribute.key()));
    const json::value& value = attribute.value();
    if (value.is_null()) continue;
    if (value.is_structured()) attributes.Invalid(name, "is an object or array");
    record.extensions.push_back({name, value.is_string() ? std::string(View(value.get_string())) : json::serialize(value)});
  }
}

absl::StatusOr<Record> RecordFromBytes(const std::string& bytes) {
  const absl::StatusOr<RecordView> view = DecodeRecord(bytes);
  if (view.ok()) return Record::CopyOf(*view);
  return Refuse(Reason::FIELD_INVALID, "guanxirecord is no stored record", {{"field", "guanxirecord"}});
}

}  // namespace

absl::StatusOr<Record> RecordFromCloudEvent(std::string_view text) {
  if (text.size() > kCloudEventBytesMax) {
    return Refuse(Reason::EVENT_TOO_LARGE, "the event takes " + std::to_string(text.size()) + " bytes",
                  {{"bytes", std::to_string(text.size())}});
  }
  absl::StatusOr<json::value> value = ParseJson(text);
  if (!value.ok()) return value.status();
  if (!value->is_object()) return Refuse(Reason::PAYLOAD_UNDECODABLE, "the event is no JSON object", {{"what", "JSON"}});
  Attributes attributes(std::move(value->get_object()));
  const std::optional<std::string> stored = attributes.TakeBase64("guanxirecord");
  if (stored && attributes.status().ok()) return RecordFromBytes(*stored);
  Record record;
  ReadIdentity(attributes, record);
  ReadAccount(attributes, record);
  ReadTimes(attributes, record);
  for (const TextAttribute& attribute : kTextAttributes) record.*attribute.member = attributes.TakeText(attribute.name).value_or("");
  ReadEngineAttributes(attributes, record);
  if (absl::Status data = ReadData(attributes, record); !data.ok()) return data;
  ReadExtensions(attributes, record);
  if (!attributes.status().ok()) return attributes.status();
  return record;
}

}  // namespace guanxi::codec
