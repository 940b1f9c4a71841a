#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/reason.h"
#include "codec/admission.h"
#include "codec/cloudevents.h"
#include "codec/cloudevents_names.h"
#include "codec/json_text.h"
#include "codec/kafka_message.h"
#include "codec/kafka_names.h"
#include "codec/new_message.h"
#include "codec/payload_json.h"
#include "guanxi/event/v1/common.pb.h"
#include "relations/event_type.h"

namespace guanxi::codec {
namespace {

using namespace cloudevents;
using kafka::kContentTypeHeader;
using kafka::kPrefix;

absl::Status Invalid(std::string_view field, std::string_view why) {
  return Refuse(Reason::FIELD_INVALID, std::string(field) + " " + std::string(why), {{"field", std::string(field)}});
}

absl::Status Unreadable(std::string_view what, std::string_view why) {
  return Refuse(Reason::MESSAGE_UNREADABLE, std::string(what) + " " + std::string(why), {{"what", std::string(what)}});
}

absl::Status TooLarge(size_t bytes) {
  return Refuse(Reason::EVENT_TOO_LARGE, "the data take " + std::to_string(bytes) + " bytes", {{"bytes", std::to_string(bytes)}});
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return lower;
}

// "application/json" of "Application/JSON; charset=utf-8".
std::string MediaType(std::string_view content_type) {
  std::string media = Lower(content_type.substr(0, content_type.find(';')));
  while (!media.empty() && media.back() == ' ') media.pop_back();
  return media;
}

bool IsProtobuf(std::string_view media) {
  return media.empty() || media == kProtobufContentType || media == "application/x-protobuf" ||
         media == "application/vnd.google.protobuf" || media == "application/vnd.confluent.protobuf";
}

// The attributes that the headers say, each at most once. `present`: any ce_ header is there.
struct Headers {
  std::vector<std::pair<std::string_view, std::string_view>> attributes;  // without the prefix
  std::optional<std::string_view> content_type;
  bool present = false;
};

// Which names came before. A few, as nearly always, are compared one by one; many are looked up.
class Names {
 public:
  // false: it came before.
  bool Add(std::string_view name) {
    if (count_ == few_.size()) return many_.insert(name).second;
    const auto end = few_.begin() + count_;
    if (std::find(few_.begin(), end, name) != end) return false;
    few_[count_++] = name;
    if (count_ == few_.size()) many_.insert(few_.begin(), few_.end());
    return true;
  }

 private:
  std::array<std::string_view, 32> few_;
  size_t count_ = 0;
  std::unordered_set<std::string_view> many_;
};

absl::StatusOr<Headers> SortOut(const KafkaMessage& message) {
  Headers headers;
  Names names;
  headers.attributes.reserve(message.headers.size());
  for (const KafkaHeader& header : message.headers) {
    const bool is_attribute = header.name.starts_with(kPrefix);
    headers.present |= is_attribute;
    if (!header.value) continue;
    const std::string_view name = is_attribute ? header.name.substr(kPrefix.size()) : header.name;
    if (header.name == kContentTypeHeader || (is_attribute && name == "datacontenttype")) {
      if (headers.content_type) return Invalid("datacontenttype", "is given twice");
      headers.content_type = *header.value;
    } else if (is_attribute) {
      if (!names.Add(name)) return Invalid(name, "is given twice");
      headers.attributes.emplace_back(name, *header.value);
    }
  }
  return headers;
}

absl::Status TakeTime(std::string_view name, std::string_view text, Timestamp& time) {
  const std::optional<Timestamp> parsed = ParseTimestamp(text);
  if (!parsed) return Invalid(name, "is no RFC 3339 time");
  time = *parsed;
  return absl::OkStatus();
}

absl::Status TakeSealed(std::string_view text, Record& record) {
  const std::optional<std::string> bytes = FromBase64(text);
  std::optional<std::vector<SealedPart>> parts = bytes ? DecodeSealed(*bytes) : std::nullopt;
  if (!parts) return Invalid("guanxisealed", "is no list of sealed parts in base64");
  record.sealed = *std::move(parts);
  return absl::OkStatus();
}

// What the headers say beside the record's own members.
struct Seen {
  std::optional<std::string_view> partition_key, subject;
  bool version = false, id = false, source = false, type = false, time = false;
};

absl::Status TakeAttribute(std::string_view name, std::string_view value, Record& record, Seen& seen) {
  const auto text = [&](std::string& member, bool& given) {
    member = value;
    given = true;
    return absl::OkStatus();
  };
  if (name == "id") return text(record.id, seen.id);
  if (name == "source") return text(record.source, seen.source);
  if (name == "type") return text(record.type_name, seen.type);
  if (name == "time") {
    seen.time = true;
    return TakeTime(name, value, record.occurred_at);
  }
  if (name == "specversion") {
    seen.version = true;
    return value == kSpecVersion ? absl::OkStatus() : Invalid(name, "is not 1.0");
  }
  if (name == "partitionkey") return seen.partition_key = value, absl::OkStatus();
  if (name == "subject") return seen.subject = value, absl::OkStatus();
  if (name == "recordedtime") return TakeTime(name, value, record.recorded_at);
  if (name == "guanxisealed") return TakeSealed(value, record);
  if (name == "guanxiversion") return absl::OkStatus();
  if (name == "guanxiparked") return Invalid(name, "is of an export: a parked event is no event");
  if (name == "guanxirecord") return Invalid(name, "is for structured mode");
  for (const TextAttribute& attribute : kTextAttributes) {
    if (name == attribute.name) return record.*attribute.member = value, absl::OkStatus();
  }
  record.extensions.push_back({std::string(name), std::string(value)});
  return absl::OkStatus();
}

absl::Status CheckAllThere(const Seen& seen) {
  if (!seen.version) return Invalid("specversion", "is missing");
  if (!seen.id) return Refuse(Reason::EVENT_ID_INVALID, "id is missing", {{"field", "id"}});
  if (!seen.source) return Refuse(Reason::EVENT_ID_INVALID, "source is missing", {{"field", "source"}});
  if (!seen.type) return Refuse(Reason::EVENT_TYPE_MISSING, "type is missing", {{"field", "type"}});
  if (!seen.time) return Refuse(Reason::OCCURRED_AT_MISSING, "time is missing", {{"field", "time"}});
  return absl::OkStatus();
}

void NumberType(Record& record) {
  if (!record.type_name.starts_with(relations::kEventTypePrefix)) return;
  record.type = static_cast<uint16_t>(relations::EventTypeFromName(record.type_name));
  if (record.type != 0) record.type_name.clear();
}

// Confluent's wire format: 0, the schema's number in four bytes, the indexes of the message in its file. A message of
// protobuf never begins with 0, so the frame is known by it.
absl::StatusOr<std::string_view> WithoutFrame(std::string_view value) {
  constexpr size_t kHead = 5;
  if (value.empty() || value[0] != 0) return value;
  if (value.size() <= kHead) return Unreadable("frame", "is cut off");
  const std::string_view rest = value.substr(kHead);
  if (rest[0] == 0) return rest.substr(1);
  if (rest.starts_with(std::string_view("\x02\x00", 2))) return rest.substr(2);
  return Unreadable("frame", "names another message than its schema's first");
}

absl::Status TakeJson(std::string_view value, std::string_view content_type, Record& record) {
  if (const auto parsed = ParseJson(value); !parsed.ok()) return parsed.status();
  if (record.type == 0) {
    record.content_type = content_type;
    record.payload = value;
    return absl::OkStatus();
  }
  absl::StatusOr<std::string> payload = PayloadFromJson(relations::EventType{record.type}, value);
  if (!payload.ok()) return payload.status();
  record.payload = *std::move(payload);
  return absl::OkStatus();
}

absl::Status TakeData(std::string_view value, std::string_view content_type, Record& record) {
  if (value.size() > kPayloadBytesMax) return TooLarge(value.size());
  const std::string media = MediaType(content_type);
  if (IsJson(media)) return TakeJson(value, content_type, record);
  if (!IsProtobuf(media)) {
    record.content_type = content_type;
    record.payload = value;
    return absl::OkStatus();
  }
  const absl::StatusOr<std::string_view> bytes = WithoutFrame(value);
  if (!bytes.ok()) return bytes.status();
  // Of an unknown type the name of the form is kept; that of the frame is not, for the frame is gone.
  if (record.type == 0 && !media.empty()) record.content_type = kProtobufContentType;
  record.payload = *bytes;
  return absl::OkStatus();
}

absl::Status ReadBinary(const Headers& headers, std::string_view key, std::string_view value, Record& record) {
  Seen seen;
  absl::Status wrong;
  for (const auto& [name, text] : headers.attributes) wrong.Update(TakeAttribute(name, text, record, seen));
  NumberType(record);
  if (!wrong.ok()) return wrong;
  if (absl::Status missing = CheckAllThere(seen); !missing.ok()) return missing;
  if (seen.partition_key && *seen.partition_key != key) return Invalid("partitionkey", "is not the record's key");
  if (seen.subject && *seen.subject != key) record.extensions.push_back({"subject", std::string(*seen.subject)});
  return TakeData(value, headers.content_type.value_or(""), record);
}

absl::Status ReadStructured(std::string_view key, std::string_view value, Record& record) {
  absl::StatusOr<Record> read = RecordFromCloudEvent(value);
  if (!read.ok()) return read.status();
  if (read->park_reason != 0) return Invalid("guanxiparked", "is of an export: a parked event is no event");
  record = *std::move(read);
  if (record.account_id == key) return absl::OkStatus();
  return Invalid("partitionkey", "is not the record's key");
}

// What the writer could not even park, for the log could not hold it.
absl::Status CheckFits(const Record& record) {
  if (record.payload.size() > kPayloadBytesMax) return TooLarge(record.payload.size());
  if (record.extensions.size() > kExtensionsMax) return Invalid("extensions", "are more than 32");
  if (record.sealed.size() > kSealedPartsMax) return Invalid("guanxisealed", "has more than 32 parts");
  return CheckSize(record.View());
}

// A personal field in clear is refused here already: the writer would park the record with it.
absl::Status CheckNoPersonInClear(const Record& record) {
  const auto type = relations::EventType{record.type};
  if (type != relations::EventType::kContactAdded && type != relations::EventType::kContactChanged) return absl::OkStatus();
  const std::unique_ptr<google::protobuf::Message> message = NewEventMessage(type);
  // What cannot be parsed cannot be trusted to name nobody either.
  if (!record.content_type.empty() || !message->ParseFromArray(record.payload.data(), static_cast<int>(record.payload.size())))
    return Refuse(Reason::PAYLOAD_UNDECODABLE, "the data are no " + relations::FullName(type), {{"type", relations::FullName(type)}});
  std::vector<const google::protobuf::FieldDescriptor*> given;
  message->GetReflection()->ListFields(*message, &given);
  for (const auto* field : given) {
    if (field->options().GetExtension(event::v1::personal))
      return Invalid(field->name(), "is personal and must be sealed before it reaches the log");
  }
  return absl::OkStatus();
}

absl::Status ReadMessage(const KafkaMessage& message, Record& record) {
  const absl::StatusOr<Headers> headers = SortOut(message);
  if (!headers.ok()) return headers.status();
  if (!message.key || !IsAccountId(*message.key)) {
    return Refuse(Reason::ACCOUNT_ID_INVALID, message.key ? "the key is no account id" : "the key is null", {{"field", "key"}});
  }
  record.account_id = *message.key;
  if (!message.value) return Unreadable("value", "is null");
  const std::string media = MediaType(headers->content_type.value_or(""));
  if (media == kafka::kStructuredContentType) return ReadStructured(*message.key, *message.value, record);
  if (media.starts_with("application/cloudevents"))
    return Unreadable("content-type", "is a form of CloudEvents that is not read: " + media);
  if (!headers->present)
    return Unreadable("headers", "have no ce_ attributes, and the content type is not " + std::string(kafka::kStructuredContentType));
  return ReadBinary(*headers, *message.key, *message.value, record);
}

absl::Status ReadRecord(const KafkaMessage& message, Record& record) {
  if (absl::Status read = ReadMessage(message, record); !read.ok()) return read;
  record.recorded_at = Timestamp{};
  record.account_version = 0;
  return CheckFits(record);
}

// Of what could be read, what an operator finds the event by. The type only by number: retried as it is, it is refused.
void KeepEnvelope(const Record& read, Record& parked) {
  if (!read.id.empty() && read.id.size() <= kEventIdBytesMax && IsUtf8(read.id)) parked.id = read.id;
  if (!read.source.empty() && read.source.size() <= kSourceBytesMax && IsUtf8(read.source)) parked.source = read.source;
  if (read.occurred_at != Timestamp{}) parked.occurred_at = read.occurred_at;
  parked.type = read.type;
}

}  // namespace

Record ParkedMessage(const KafkaMessage& message, const absl::Status& why) {
  Record parked;
  parked.park_reason = static_cast<uint32_t>(ReasonOf(why)->reason);
  if (message.key && IsAccountId(*message.key)) parked.account_id = *message.key;
  parked.occurred_at = message.time;
  parked.content_type = kKafkaMessageContentType;
  parked.payload = KeptMessage(message);
  return parked;
}

absl::StatusOr<Record> RecordInClear(const KafkaMessage& message) {
  Record record;
  if (absl::Status read = ReadRecord(message, record); !read.ok()) return read;
  return record;
}

FromKafka RecordFromKafka(const KafkaMessage& message) {
  FromKafka read;
  read.status = ReadRecord(message, read.record);
  if (read.status.ok()) read.status = CheckNoPersonInClear(read.record);
  if (read.status.ok()) return read;
  Record parked = ParkedMessage(message, read.status);
  KeepEnvelope(read.record, parked);
  read.record = std::move(parked);
  return read;
}

}  // namespace guanxi::codec
