#include <array>
#include <set>

#include "codec/cloudevents.h"
#include "codec/cloudevents_names.h"
#include "codec/kafka_message.h"
#include "codec/kafka_names.h"
#include "codec/payload_json.h"
#include "relations/event_type.h"

namespace guanxi::codec {
namespace {

using namespace cloudevents;

// A header of such a name is not read as an extension.
constexpr std::array<std::string_view, 16> kNotExtensions = {
    "id",           "source",        "type",         "time",         "specversion", "partitionkey", "recordedtime",  "datacontenttype",
    "guanxisealed", "guanxiversion", "guanxiparked", "guanxirecord", "actor",       "onbehalfof",   "correlationid", "causationid"};

// `subject` that says the account is not kept as an extension either.
bool HeadersCanSay(const Record& record) {
  std::set<std::string_view> names(kNotExtensions.begin(), kNotExtensions.end());
  const bool type_fits = record.type == 0 ? !record.type_name.empty()
                                          : relations::EntryOf(relations::EventType{record.type}).type != relations::EventType::kUnknown;
  const bool time_fits = record.occurred_at >= kEarliestTimestamp && record.occurred_at <= kLatestTimestamp;
  bool all = !record.id.empty() && !record.source.empty() && type_fits && time_fits;
  for (const Extension& extension : record.extensions) {
    all = all && names.insert(extension.name).second && !(extension.name == "subject" && extension.value == record.account_id);
  }
  // A subject is read as the last extension.
  for (size_t i = 0; i + 1 < record.extensions.size(); ++i) all = all && record.extensions[i].name != "subject";
  return all;
}

class Writer {
 public:
  explicit Writer(OutgoingKafkaMessage& message) : message_(message) {}

  void Attribute(std::string_view name, std::string_view value) {
    message_.headers.emplace_back(std::string(kafka::kPrefix) + std::string(name), value);
  }
  void TextAttributes(const Record& record) {
    for (const TextAttribute& attribute : kTextAttributes) {
      if (const std::string& text = record.*attribute.member; !text.empty()) Attribute(attribute.name, text);
    }
  }
  void Data(const Record& record, KafkaPayload payload) {
    std::string_view content_type = record.content_type;
    message_.value = record.payload;
    if (record.type != 0 && record.content_type.empty()) {
      content_type = payload == KafkaPayload::kJson && Json(record) ? kJsonContentType : kProtobufContentType;
    }
    if (!content_type.empty()) message_.headers.emplace_back(kafka::kContentTypeHeader, content_type);
  }

 private:
  bool Json(const Record& record) {
    absl::StatusOr<std::string> json = PayloadToJson(relations::EventType{record.type}, record.payload);
    if (!json.ok()) return false;
    message_.value = *std::move(json);
    return true;
  }

  OutgoingKafkaMessage& message_;
};

OutgoingKafkaMessage Binary(const Record& record, KafkaPayload payload) {
  OutgoingKafkaMessage message;
  message.key = record.account_id;
  Writer writer(message);
  writer.Attribute("specversion", kSpecVersion);
  writer.Attribute("id", record.id);
  writer.Attribute("source", record.source);
  writer.Attribute("type", record.type == 0 ? record.type_name : relations::FullName(relations::EventType{record.type}));
  writer.Attribute("partitionkey", record.account_id);
  writer.Attribute("time", FormatTimestamp(record.occurred_at));
  writer.TextAttributes(record);
  if (!record.sealed.empty()) writer.Attribute("guanxisealed", ToBase64(EncodeSealed(record.sealed)));
  for (const Extension& extension : record.extensions) writer.Attribute(extension.name, extension.value);
  writer.Data(record, payload);
  return message;
}

OutgoingKafkaMessage Structured(Record record) {
  record.recorded_at = Timestamp{};
  record.account_version = 0;
  OutgoingKafkaMessage message;
  message.key = record.account_id;
  message.value = CloudEventFromRecord(record);
  message.headers.emplace_back(kafka::kContentTypeHeader, kafka::kStructuredContentType);
  return message;
}

bool SameButForTheWriters(const Record& read, Record record) {
  record.recorded_at = Timestamp{};
  record.account_version = 0;
  return read == record;
}

KafkaMessage ViewOf(const OutgoingKafkaMessage& message) {
  KafkaMessage view{.key = message.key, .value = message.value};
  for (const auto& [name, value] : message.headers) view.headers.push_back({name, value});
  return view;
}

}  // namespace

OutgoingKafkaMessage KafkaMessageFromRecord(const Record& record, KafkaMode mode, KafkaPayload payload) {
  if (mode == KafkaMode::kStructured || !HeadersCanSay(record)) return Structured(record);
  // Protobuf of a known type comes back by the way it is written; everything else is tried.
  const bool as_it_is = payload == KafkaPayload::kProtobuf && record.type != 0 && record.content_type.empty();
  for (const KafkaPayload tried : {payload, KafkaPayload::kProtobuf}) {
    OutgoingKafkaMessage message = Binary(record, tried);
    if (as_it_is) return message;
    const FromKafka read = RecordFromKafka(ViewOf(message));
    if (read.status.ok() && SameButForTheWriters(read.record, record)) return message;
  }
  return Structured(record);
}

}  // namespace guanxi::codec
