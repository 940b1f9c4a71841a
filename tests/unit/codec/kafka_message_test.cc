#include "codec/kafka_message.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <functional>

#include "base/reason.h"
#include "codec/admission.h"
#include "codec/cloudevents.h"
#include "codec/event_decoder.h"
#include "guanxi/event/v1/trade.pb.h"
#include "unit/codec/order_payload.h"
#include "unit/codec/replaced.h"

using namespace guanxi;
using namespace guanxi::codec;

namespace {

const std::string kOrderJson = R"({"orderId":"o-1","currencyCode":"CNY","lines":[{"product":"pump","quantityMicros":"6000000",)"
                               R"("unitPriceMicros":"2550000"}]})";
const std::string kStructured = R"({"specversion":"1.0","id":"o-1","source":"/erp","type":"guanxi.event.v1.OrderPlaced",)"
                                R"("partitionkey":"ACME","time":"2024-03-01T09:30:00Z","data":)" +
                                kOrderJson + "}";
const Timestamp kBrokerTime = *ParseTimestamp("2024-03-02T00:00:00Z");

// An order as a producer of the test sends it; a test changes what it is about.
struct Sent {
  std::optional<std::string> key = "ACME", value = PayloadOfOrder();
  std::vector<std::pair<std::string, std::optional<std::string>>> headers = {{"ce_specversion", "1.0"},
                                                                             {"ce_id", "o-1"},
                                                                             {"ce_source", "/erp"},
                                                                             {"ce_type", "guanxi.event.v1.OrderPlaced"},
                                                                             {"ce_time", "2024-03-01T09:30:00Z"},
                                                                             {"content-type", "application/protobuf"}};

  KafkaMessage View() const {
    KafkaMessage message{.key = key, .value = value, .time = kBrokerTime};
    for (const auto& [name, text] : headers) message.headers.push_back({name, text});
    return message;
  }
  Sent& With(const std::string& name, std::optional<std::string> text) {
    Without(name);
    headers.emplace_back(name, std::move(text));
    return *this;
  }
  Sent& Without(const std::string& name) {
    std::erase_if(headers, [&](const auto& header) { return header.first == name; });
    return *this;
  }
  Sent& Also(const std::string& name, std::optional<std::string> text) {
    headers.emplace_back(name, std::move(text));
    return *this;
  }
  Sent& Value(std::optional<std::string> text) {
    value = std::move(text);
    return *this;
  }
  Sent& Key(std::optional<std::string> text) {
    key = std::move(text);
    return *this;
  }
  static Sent Structured(const std::string& json) {
    Sent sent;
    sent.value = json;
    sent.headers = {{"content-type", "application/cloudevents+json; charset=UTF-8"}};
    return sent;
  }
};

Record Read(const Sent& sent) {
  const FromKafka read = RecordFromKafka(sent.View());
  BOOST_REQUIRE_MESSAGE(read.status.ok(), read.status);
  return read.record;
}

std::string RefusalOf(const Sent& sent) {
  const FromKafka read = RecordFromKafka(sent.View());
  if (read.status.ok()) return "OK";
  ReasonMetadata metadata = MetadataOf(read.status);
  const std::string about = metadata.contains("field") ? metadata["field"] : metadata["what"];
  return std::string(ReasonOf(read.status)->name) + (about.empty() ? "" : " " + about);
}

std::string Framed(const std::string& indexes, const std::string& bytes) { return std::string("\0\0\0\0\7", 5) + indexes + bytes; }

// Everything a parked record promises: it fits the log, it is found by its account, retried it stays refused.
void CheckParked(const Sent& sent, const FromKafka& read) {
  const Record& parked = read.record;
  BOOST_TEST(parked.park_reason == static_cast<uint32_t>(ReasonOf(read.status)->reason));
  const std::string stored = EncodeRecord(parked.View());
  BOOST_TEST(stored.size() <= kRecordBytesMax);
  const auto again = DecodeRecord(stored);
  BOOST_REQUIRE_MESSAGE(again.ok(), again.status());
  BOOST_TEST((Record::CopyOf(*again) == parked));
  BOOST_TEST(parked.account_id == (sent.key && IsAccountId(*sent.key) ? *sent.key : ""));
  EventDecoder decoder;
  BOOST_TEST((!CheckEnvelope(parked.View(), kBrokerTime).ok() || !decoder.DecodeBody(parked.View()).ok()));
}

void CheckKeptWhole(const Sent& sent, const Record& parked) {
  BOOST_TEST(parked.content_type == kKafkaMessageContentType);
  const auto kept = MessageFromKept(parked.payload);
  BOOST_REQUIRE_MESSAGE(kept.ok(), kept.status());
  const KafkaMessage was = sent.View();
  BOOST_TEST((kept->key == was.key));
  BOOST_TEST((kept->value == was.value));
  BOOST_TEST((kept->headers == was.headers));
}

struct Poison {
  const char* what;
  Sent sent;
  const char* refusal;
  friend std::ostream& operator<<(std::ostream& out, const Poison& poison) { return out << poison.what; }
};

const std::vector<Poison> kPoison = {
    {"a null value", Sent().Value(std::nullopt), "MESSAGE_UNREADABLE value"},
    {"a null value in structured mode", Sent::Structured("").Value(std::nullopt), "MESSAGE_UNREADABLE value"},
    {"a null key", Sent().Key(std::nullopt), "ACCOUNT_ID_INVALID key"},
    {"an empty key", Sent().Key(""), "ACCOUNT_ID_INVALID key"},
    {"a key with a slash", Sent().Key("a/b"), "ACCOUNT_ID_INVALID key"},
    {"a key that is not UTF-8", Sent().Key("\xff\xfe"), "ACCOUNT_ID_INVALID key"},
    {"a key longer than an account id", Sent().Key(std::string(129, 'k')), "ACCOUNT_ID_INVALID key"},
    {"another partitionkey than the key", Sent().With("ce_partitionkey", "OTHER"), "FIELD_INVALID partitionkey"},
    {"another partitionkey in structured mode", Sent::Structured(kStructured).Key("OTHER"), "FIELD_INVALID partitionkey"},
    {"no CloudEvent at all", Sent{.headers = {{"traceparent", "00-1"}}}, "MESSAGE_UNREADABLE headers"},
    {"no header at all", Sent{.headers = {}}, "MESSAGE_UNREADABLE headers"},
    {"a batch", Sent().With("content-type", "application/cloudevents-batch+json"), "MESSAGE_UNREADABLE content-type"},
    {"no specversion", Sent().Without("ce_specversion"), "FIELD_INVALID specversion"},
    {"a specversion of the future", Sent().With("ce_specversion", "2.0"), "FIELD_INVALID specversion"},
    {"no id", Sent().Without("ce_id"), "EVENT_ID_INVALID id"},
    {"a null id", Sent().With("ce_id", std::nullopt), "EVENT_ID_INVALID id"},
    {"no source", Sent().Without("ce_source"), "EVENT_ID_INVALID source"},
    {"no type", Sent().Without("ce_type"), "EVENT_TYPE_MISSING type"},
    {"no time", Sent().Without("ce_time"), "OCCURRED_AT_MISSING time"},
    {"a time in words", Sent().With("ce_time", "yesterday"), "FIELD_INVALID time"},
    {"two ids", Sent().Also("ce_id", "o-1"), "FIELD_INVALID id"},
    {"two content types", Sent().Also("content-type", "application/json"), "FIELD_INVALID datacontenttype"},
    {"two names of the content type", Sent().Also("ce_datacontenttype", "application/json"), "FIELD_INVALID datacontenttype"},
    {"JSON that is none", Sent().With("content-type", "application/json").Value("{\"orderId\":"), "PAYLOAD_UNDECODABLE JSON"},
    {"JSON with a field twice", Sent().With("content-type", "application/json").Value(R"({"orderId":"a","orderId":"b"})"),
     "FIELD_INVALID orderId"},
    {"JSON with a misspelt field", Sent().With("content-type", "application/json").Value(R"({"orderID":"a"})"), "PAYLOAD_UNDECODABLE"},
    {"structured mode that is no JSON", Sent::Structured(std::string("\0\1\2", 3)), "PAYLOAD_UNDECODABLE JSON"},
    {"structured mode without an id", Sent::Structured(Replaced(kStructured, R"("id":"o-1",)", "")), "EVENT_ID_INVALID id"},
    {"a frame that is cut off", Sent().Value(std::string("\0\0\0\0\7", 5)), "MESSAGE_UNREADABLE frame"},
    {"a frame cut off in its number", Sent().Value(std::string("\0\0", 2)), "MESSAGE_UNREADABLE frame"},
    {"a frame for the schema's second message", Sent().Value(Framed("\x02\x02", PayloadOfOrder())), "MESSAGE_UNREADABLE frame"},
    {"a frame for a nested message", Sent().Value(Framed(std::string("\x04\x00\x00", 3), PayloadOfOrder())), "MESSAGE_UNREADABLE frame"},
    {"a parked event of an export", Sent().With("ce_guanxiparked", "FIELD_INVALID"), "FIELD_INVALID guanxiparked"},
    {"sealed parts that are none", Sent().With("ce_guanxisealed", "!"), "FIELD_INVALID guanxisealed"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(kafka_message)

BOOST_AUTO_TEST_CASE(an_order_in_binary_mode_is_the_order_in_structured_mode) {
  Record expected = *RecordFromCloudEvent(kStructured);
  for (const auto& [form, value] : std::vector<std::pair<std::string, std::string>>{
           {"application/protobuf", PayloadOfOrder()},
           {"application/x-protobuf", PayloadOfOrder()},
           {"Application/Vnd.Google.Protobuf", PayloadOfOrder()},
           {"application/json", kOrderJson},
           {"application/json; charset=utf-8", kOrderJson},
           {"application/protobuf", Framed(std::string(1, '\0'), PayloadOfOrder())},
           {"application/vnd.confluent.protobuf", Framed(std::string("\x02\x00", 2), PayloadOfOrder())},
       }) {
    BOOST_TEST_CONTEXT(form) BOOST_TEST((Read(Sent().With("content-type", form).Value(value)) == expected));
  }
  BOOST_TEST((Read(Sent::Structured(kStructured)) == expected));
}

BOOST_AUTO_TEST_CASE(without_a_content_type_the_data_are_protobuf_framed_or_not) {
  BOOST_TEST(Read(Sent().Without("content-type")).payload == PayloadOfOrder());
  BOOST_TEST(Read(Sent().Without("content-type").Value(Framed(std::string(1, '\0'), PayloadOfOrder()))).payload == PayloadOfOrder());
}

BOOST_AUTO_TEST_CASE(an_empty_value_is_the_message_without_any_field_but_null_is_none) {
  BOOST_TEST(Read(Sent().Value("")).payload.empty());
  BOOST_TEST(Read(Sent().Value(Framed(std::string(1, '\0'), ""))).payload.empty());
}

BOOST_AUTO_TEST_CASE(attributes_have_their_places_and_what_is_no_attribute_is_passed_over) {
  const Record read = Read(Sent()
                               .Also("ce_partitionkey", "ACME")
                               .Also("ce_subject", "orders/o-1")
                               .Also("ce_actor", "li")
                               .Also("ce_onbehalfof", "wang")
                               .Also("ce_correlationid", "c")
                               .Also("ce_causationid", "d")
                               .Also("ce_recordedtime", "2024-03-01T10:00:00Z")
                               .Also("ce_sequence", "17")
                               .Also("ce_absent", std::nullopt)
                               .Also("traceparent", "00-1")
                               .Also("traceparent", "00-2")
                               .Also("nothing", std::nullopt));
  BOOST_TEST(read.account_id == "ACME");
  BOOST_TEST(read.actor == "li");
  BOOST_TEST(read.on_behalf_of == "wang");
  BOOST_TEST(read.correlation_id == "c");
  BOOST_TEST(read.causation_id == "d");
  BOOST_TEST((read.recorded_at == Timestamp{}));
  BOOST_TEST((read.extensions == std::vector<Extension>{{"sequence", "17"}, {"subject", "orders/o-1"}}));
}

BOOST_AUTO_TEST_CASE(a_subject_that_says_the_account_again_is_no_extension) {
  BOOST_TEST(Read(Sent().Also("ce_subject", "ACME")).extensions.empty());
}

BOOST_AUTO_TEST_CASE(an_unknown_type_is_kept_byte_for_byte_with_its_name_and_form) {
  const std::string json = "{ \"n\": 1.10 }";
  Sent sent = Sent().With("ce_type", "com.example.Thing").With("content-type", "application/json").Value(json);
  const Record read = Read(sent);
  BOOST_TEST(read.type == 0);
  BOOST_TEST(read.type_name == "com.example.Thing");
  BOOST_TEST(read.content_type == "application/json");
  BOOST_TEST(read.payload == json);
  const Record framed = Read(sent.With("content-type", "application/x-protobuf").Value(Framed(std::string(1, '\0'), "abc")));
  BOOST_TEST(framed.content_type == "application/protobuf");
  BOOST_TEST(framed.payload == "abc");
}

BOOST_AUTO_TEST_CASE(a_known_type_in_a_form_nobody_knows_is_the_decoders_to_refuse) {
  const Record read = Read(Sent().With("content-type", "text/csv").Value("o-1;CNY"));
  EventDecoder decoder;
  BOOST_TEST(ReasonOf(decoder.DecodeBody(read.View()).status())->name == "PAYLOAD_UNDECODABLE");
}

BOOST_DATA_TEST_CASE(poison_is_parked_whole_with_its_reason, kPoison) {
  BOOST_TEST(RefusalOf(sample.sent) == sample.refusal);
  const FromKafka read = RecordFromKafka(sample.sent.View());
  CheckParked(sample.sent, read);
  CheckKeptWhole(sample.sent, read.record);
}

BOOST_AUTO_TEST_CASE(what_can_be_read_of_poison_finds_it) {
  const Record parked = RecordFromKafka(Sent().Value(Framed("\x02\x02", "x")).View()).record;
  BOOST_TEST(parked.id == "o-1");
  BOOST_TEST(parked.source == "/erp");
  BOOST_TEST(parked.type == 511);
  BOOST_TEST(FormatTimestamp(parked.occurred_at) == "2024-03-01T09:30:00Z");
  const Record nameless = RecordFromKafka(Sent{.headers = {}}.View()).record;
  BOOST_TEST(nameless.id.empty());
  BOOST_TEST((nameless.occurred_at == kBrokerTime));
}

BOOST_AUTO_TEST_CASE(ten_megabytes_are_parked_by_their_beginning_and_their_hash) {
  const std::string large(10'000'000, 'x');
  for (Sent sent : {Sent().Value(large), Sent().With("content-type", "application/json").Value('"' + large + '"'),
                    Sent().Value(Framed(std::string(1, '\0'), large)), Sent::Structured(large)}) {
    BOOST_TEST(RefusalOf(sent) == "EVENT_TOO_LARGE");
    const FromKafka read = RecordFromKafka(sent.View());
    CheckParked(sent, read);
    BOOST_TEST(read.record.payload.size() < kKeptOfLargeMessage + 64);
    BOOST_TEST(absl::IsFailedPrecondition(MessageFromKept(read.record.payload).status()));
  }
}

BOOST_AUTO_TEST_CASE(a_payload_of_the_limit_passes_and_one_byte_more_does_not) {
  Sent sent = Sent().With("ce_type", "com.example.Blob").With("content-type", "application/octet-stream");
  BOOST_TEST(RefusalOf(sent.Value(std::string(kPayloadBytesMax, 'x'))) == "OK");
  BOOST_TEST(RefusalOf(sent.Value(std::string(kPayloadBytesMax + 1, 'x'))) == "EVENT_TOO_LARGE");
}

BOOST_AUTO_TEST_CASE(more_extensions_than_a_record_holds_are_parked_not_stored_unreadably) {
  Sent sent;
  for (size_t i = 0; i < 10'000; ++i) sent.Also("ce_x" + std::to_string(i), "v");
  BOOST_TEST(RefusalOf(sent) == "FIELD_INVALID extensions");
  CheckParked(sent, RecordFromKafka(sent.View()));
  Sent structured = Sent::Structured(kStructured);
  for (size_t i = 0; i < 33; ++i) structured.value->insert(1, "\"x" + std::to_string(i) + "\":\"v\",");
  BOOST_TEST(RefusalOf(structured) == "FIELD_INVALID extensions");
  CheckParked(structured, RecordFromKafka(structured.View()));
}

BOOST_AUTO_TEST_CASE(extensions_without_end_are_too_large) {
  Sent sent;
  for (size_t i = 0; i < kExtensionsMax; ++i) sent.Also("ce_x" + std::to_string(i), std::string(100'000, 'v'));
  BOOST_TEST(RefusalOf(sent) == "EVENT_TOO_LARGE");
  CheckParked(sent, RecordFromKafka(sent.View()));
}

BOOST_AUTO_TEST_CASE(kept_bytes_that_are_none_are_said_to_be_so) {
  const Sent sent;
  const std::string kept = KeptMessage(sent.View());
  for (size_t size = 0; size < kept.size(); ++size) BOOST_TEST(!MessageFromKept(std::string_view(kept).substr(0, size)).ok());
  BOOST_TEST(!MessageFromKept(kept + "x").ok());
  BOOST_TEST(!MessageFromKept("\x07").ok());
}

BOOST_AUTO_TEST_CASE(a_person_named_in_clear_gets_neither_into_the_log_nor_among_what_is_parked) {
  const std::string json = R"({"contactId":"c-1","name":"Wang Fang","department":"purchasing"})";
  const std::string event = R"({"specversion":"1.0","id":"c","source":"/crm","type":"guanxi.event.v1.ContactAdded","partitionkey":"ACME",)"
                            R"("time":"2024-03-01T09:30:00Z","data":)" +
                            json + "}";
  Sent binary = Sent().With("ce_type", "guanxi.event.v1.ContactAdded").With("content-type", "application/json").Value(json);
  Sent broken = binary, cut = Sent::Structured(event.substr(0, event.size() - 1));
  broken.Value(json + "}");
  for (const Sent& sent : {binary, Sent::Structured(event), broken, cut, Sent(binary).With("content-type", "text/csv")}) {
    const FromKafka read = RecordFromKafka(sent.View());
    BOOST_TEST(!read.status.ok());
    CheckParked(sent, read);
    BOOST_TEST(EncodeRecord(read.record.View()).find("Fang") == std::string::npos);
    BOOST_TEST(absl::IsFailedPrecondition(MessageFromKept(read.record.payload).status()));
  }
  BOOST_TEST(RefusalOf(binary) == "FIELD_INVALID name");
  BOOST_TEST(RefusalOf(Sent(binary).Value(R"({"contactId":"c-1","department":"purchasing"})")) == "OK");
}

BOOST_AUTO_TEST_CASE(a_person_does_not_get_among_what_is_parked_by_a_type_whose_letters_are_given_by_their_numbers) {
  const std::string event =
      R"({"specversion":"1.0","id":"c","source":"/crm","type":"guanxi.event.v1.Contact\u0041dded","partitionkey":"ACME",)"
      R"("time":"2024-03-01T09:30:00Z","data":{"contactId":"c-1","name":"Wang Fang"}})";
  BOOST_TEST(RefusalOf(Sent::Structured(event)) == "FIELD_INVALID name");
  const Sent named = Sent::Structured(event), cut = Sent::Structured(event.substr(0, event.size() - 1)),
             batch = Sent::Structured("[" + event + "]"),
             other = Sent::Structured(Replaced(event, R"(Contact\u0041dded)", R"(\u0043ontac\u0074Changed)")),
             misspelt = Sent::Structured(Replaced(event, "contactId", "contactID"));
  for (const Sent& sent : {named, cut, batch, other, misspelt, Sent(named).Key(std::nullopt), Sent(named).Without("content-type")}) {
    const FromKafka read = RecordFromKafka(sent.View());
    BOOST_TEST(!read.status.ok());
    CheckParked(sent, read);
    BOOST_TEST(EncodeRecord(read.record.View()).find("Fang") == std::string::npos);
    BOOST_TEST(absl::IsFailedPrecondition(MessageFromKept(read.record.payload).status()));
  }
  // Other numbers hide nothing.
  const Sent order = Sent::Structured(Replaced(kStructured, "pump", R"(p\u0075mp \u6cf5 \u00 \\u00e4)"));
  CheckKeptWhole(order, RecordFromKafka(order.View()).record);
}

BOOST_AUTO_TEST_CASE(a_person_does_not_get_among_what_is_parked_by_a_whole_record_in_base64) {
  const std::string event = R"({"specversion":"1.0","id":"c","source":"/crm","type":"guanxi.event.v1.ContactAdded","partitionkey":"ACME",)"
                            R"("time":"2024-03-01T09:30:00Z","data":{"contactId":"c-1","name":"Wang Fang"}})";
  Record contact = *RecordFromCloudEvent(event);
  contact.extensions = {{"\xff", "which JSON cannot say"}};
  const std::string text = Replaced(CloudEventFromRecord(contact), "ContactAdded", "OrderPlaced");
  const size_t at = text.find(R"("guanxirecord":")") + 16;
  BOOST_TEST(RefusalOf(Sent::Structured(text)) == "FIELD_INVALID name");
  Sent damaged = Sent::Structured(text);
  (*damaged.value)[at + 100] ^= 1;
  for (const Sent& sent :
       {Sent::Structured(text), Sent::Structured(text).Key("OTHER"), Sent::Structured(text.substr(0, text.size() - 2)), damaged}) {
    const FromKafka read = RecordFromKafka(sent.View());
    BOOST_TEST(!read.status.ok());
    CheckParked(sent, read);
    BOOST_TEST(EncodeRecord(read.record.View()).find(text.substr(at, 64)) == std::string::npos);
    BOOST_TEST(absl::IsFailedPrecondition(MessageFromKept(read.record.payload).status()));
  }
  Record order = *RecordFromCloudEvent(kStructured);
  order.extensions = contact.extensions;
  const Sent elsewhere = Sent::Structured(CloudEventFromRecord(order)).Key("OTHER");
  CheckKeptWhole(elsewhere, RecordFromKafka(elsewhere.View()).record);
}

BOOST_AUTO_TEST_CASE(headers_without_number_are_read_in_one_pass_and_a_name_given_twice_is_found_among_them) {
  Sent sent;
  for (size_t i = 0; i < 100'000; ++i) sent.Also("ce_x" + std::to_string(i), "v");
  BOOST_TEST(RefusalOf(sent) == "FIELD_INVALID extensions");
  CheckParked(sent, RecordFromKafka(sent.View()));
  BOOST_TEST(RefusalOf(Sent(sent).Also("ce_x99999", "v").Also("ce_x1", "v")) == "FIELD_INVALID x99999");
  BOOST_TEST(RefusalOf(Sent(sent).Also("ce_id", "o-1").Also("ce_x1", "v")) == "FIELD_INVALID id");
}

namespace {

Record ToSend() {
  Record record = *RecordFromCloudEvent(kStructured);
  record.occurred_at = *ParseTimestamp("2024-03-01T09:30:00.123456Z");
  record.actor = "li";
  record.correlation_id = "c";
  record.extensions = {{"zeta", "1"}, {"alpha", "\xc3\xa4"}};
  return record;
}

void CheckRoundTrip(const Record& record) {
  for (const KafkaMode mode : {KafkaMode::kBinary, KafkaMode::kStructured}) {
    for (const KafkaPayload payload : {KafkaPayload::kProtobuf, KafkaPayload::kJson}) {
      const OutgoingKafkaMessage sent = KafkaMessageFromRecord(record, mode, payload);
      KafkaMessage message{.key = sent.key, .value = sent.value, .time = kBrokerTime};
      for (const auto& [name, value] : sent.headers) message.headers.push_back({name, value});
      const FromKafka read = RecordFromKafka(message);
      BOOST_REQUIRE_MESSAGE(read.status.ok(), read.status);
      BOOST_TEST((read.record == record));
    }
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_written_is_read_as_it_was_in_every_mode) {
  CheckRoundTrip(ToSend());
  Record unknown = ToSend();
  unknown.type = 0;
  unknown.type_name = "com.example.Thing";
  unknown.content_type = "application/json";
  unknown.payload = "{\"n\": 1.10}";
  CheckRoundTrip(unknown);
  unknown.content_type = "text/plain";
  unknown.payload = std::string("\0\1", 2);
  CheckRoundTrip(unknown);
  unknown.content_type.clear();
  CheckRoundTrip(unknown);
  unknown.payload = "abc";
  CheckRoundTrip(unknown);
  Record sealed = ToSend();
  sealed.sealed = {{"subject", "key", "nonce", std::string("\0\xff", 2)}};
  CheckRoundTrip(sealed);
}

BOOST_AUTO_TEST_CASE(what_headers_cannot_say_goes_structured) {
  for (const std::vector<Extension>& extensions : {std::vector<Extension>{{"twice", "1"}, {"twice", "2"}},
                                                   {{"id", "other"}},
                                                   {{"subject", "ACME"}},
                                                   {{"subject", "first"}, {"z", "1"}}}) {
    Record record = ToSend();
    record.extensions = extensions;
    CheckRoundTrip(record);
  }
}

BOOST_AUTO_TEST_CASE(the_headers_are_those_of_the_cloudevents_kafka_binding) {
  const OutgoingKafkaMessage sent = KafkaMessageFromRecord(*RecordFromCloudEvent(kStructured), KafkaMode::kBinary, KafkaPayload::kJson);
  BOOST_TEST(sent.key == "ACME");
  BOOST_TEST(sent.value == kOrderJson);
  const std::vector<std::pair<std::string, std::string>> expected = {{"ce_specversion", "1.0"},
                                                                     {"ce_id", "o-1"},
                                                                     {"ce_source", "/erp"},
                                                                     {"ce_type", "guanxi.event.v1.OrderPlaced"},
                                                                     {"ce_partitionkey", "ACME"},
                                                                     {"ce_time", "2024-03-01T09:30:00Z"},
                                                                     {"content-type", "application/json"}};
  BOOST_TEST((sent.headers == expected));
}

BOOST_AUTO_TEST_SUITE_END()
