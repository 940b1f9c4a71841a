#include "codec/cloudevents.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <random>

#include "base/reason.h"
#include "codec/event_decoder.h"
#include "guanxi/event/v1/trade.pb.h"
#include "unit/codec/order_payload.h"
#include "unit/codec/replaced.h"

using namespace guanxi;
using namespace guanxi::codec;

namespace {

const std::string kOrder = R"({"specversion":"1.0","id":"o-1","source":"/erp","type":"guanxi.event.v1.OrderPlaced",)"
                           R"("partitionkey":"ACME","time":"2024-03-01T09:30:00Z",)"
                           R"("data":{"orderId":"o-1","currencyCode":"CNY","lines":[{"product":"pump","quantityMicros":"6000000",)"
                           R"("unitPriceMicros":"2550000"}]}})";

Record StoredOrder() {
  Record r;
  r.type = 511;
  r.occurred_at = *ParseTimestamp("2024-03-01T09:30:00.123456Z");
  r.recorded_at = *ParseTimestamp("2024-03-01T09:30:01Z");
  r.account_version = 7;
  r.account_id = "ACME";
  r.source = "/erp";
  r.id = "o-1";
  r.actor = "li";
  r.on_behalf_of = "wang";
  r.correlation_id = "c";
  r.causation_id = "d";
  r.extensions = {{"zeta", "1"}, {"alpha", "x"}};
  r.payload = PayloadOfOrder();
  return r;
}

Record Read(const std::string& json) {
  const auto record = RecordFromCloudEvent(json);
  BOOST_REQUIRE_MESSAGE(record.ok(), record.status());
  return *record;
}

std::string RefusalOf(const std::string& json) {
  const auto record = RecordFromCloudEvent(json);
  if (record.ok()) return "OK";
  const ReasonMetadata metadata = MetadataOf(record.status());
  const auto field = metadata.find("field");
  return std::string(ReasonOf(record.status())->name) + (field == metadata.end() ? "" : " " + field->second);
}

bool Contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// Exports and imports again; answers the line.
std::string RoundTrip(const Record& record) {
  const std::string line = CloudEventFromRecord(record);
  const auto again = RecordFromCloudEvent(line);
  BOOST_REQUIRE_MESSAGE(again.ok(), again.status() << " " << line);
  BOOST_TEST((*again == record), line);
  BOOST_TEST(!Contains(line, "\n"));
  return line;
}

struct Refused {
  const char* what;
  std::string json;
  const char* refusal;
  friend std::ostream& operator<<(std::ostream& out, const Refused& c) { return out << c.what; }
};

std::string Without(const std::string& attribute) { return Replaced(kOrder, attribute, ""); }
std::string With(const std::string& attribute) { return Replaced(kOrder, "\"data\"", attribute + ",\"data\""); }

const std::vector<Refused> kRefusedTexts = {
    {"nothing", "", "PAYLOAD_UNDECODABLE"},
    {"broken JSON", "{\"id\":", "PAYLOAD_UNDECODABLE"},
    {"something after the object", kOrder + "x", "PAYLOAD_UNDECODABLE"},
    {"text that is no UTF-8", With("\"actor\":\"\xff\""), "PAYLOAD_UNDECODABLE"},
    {"an array", "[]", "PAYLOAD_UNDECODABLE"},
    {"a batch", "[" + kOrder + "]", "PAYLOAD_UNDECODABLE"},
    {"no specversion", Without("\"specversion\":\"1.0\","), "FIELD_INVALID specversion"},
    {"another specversion", Replaced(kOrder, "\"1.0\"", "\"0.3\""), "FIELD_INVALID specversion"},
    {"no id", Without("\"id\":\"o-1\","), "EVENT_ID_INVALID id"},
    {"an id of null", Replaced(kOrder, "\"id\":\"o-1\"", "\"id\":null"), "EVENT_ID_INVALID id"},
    {"a numeric id", Replaced(kOrder, "\"id\":\"o-1\"", "\"id\":1"), "FIELD_INVALID id"},
    {"no source", Without("\"source\":\"/erp\","), "EVENT_ID_INVALID source"},
    {"no type", Without("\"type\":\"guanxi.event.v1.OrderPlaced\","), "EVENT_TYPE_MISSING type"},
    {"no time", Without("\"time\":\"2024-03-01T09:30:00Z\","), "OCCURRED_AT_MISSING time"},
    {"a time that is none", Replaced(kOrder, "2024-03-01T09:30:00Z", "yesterday"), "FIELD_INVALID time"},
    {"a numeric time", Replaced(kOrder, "\"2024-03-01T09:30:00Z\"", "1709285400"), "FIELD_INVALID time"},
    {"an attribute twice", With("\"id\":\"o-2\""), "FIELD_INVALID id"},
    {"an attribute twice, once escaped", With(R"("\u0069d":"o-2")"), "FIELD_INVALID id"},
    {"a field of the data twice", Replaced(kOrder, "\"orderId\":\"o-1\"", "\"orderId\":\"o-1\",\"orderId\":\"o-2\""),
     "FIELD_INVALID orderId"},
    {"a number of more digits than are kept", With("\"price\":12345678901234567.89"), "FIELD_INVALID price"},
    {"a whole number that would be rounded", With("\"price\":9007199254740993.0"), "FIELD_INVALID price"},
    {"a number above all integers", With("\"price\":18446744073709551617"), "FIELD_INVALID price"},
    {"an extension that is an object", With("\"trace\":{}"), "FIELD_INVALID trace"},
    {"an extension that is an array", With("\"trace\":[1]"), "FIELD_INVALID trace"},
    {"an actor that is a number", With("\"actor\":5"), "FIELD_INVALID actor"},
    {"both kinds of data", With("\"data_base64\":\"AA==\""), "FIELD_INVALID data"},
    {"data_base64 that is none", With("\"data_base64\":\"*\""), "FIELD_INVALID data_base64"},
    {"a field the message does not have", Replaced(kOrder, "\"orderId\"", "\"orderNo\""), "PAYLOAD_UNDECODABLE"},
    {"a field of the wrong type", Replaced(kOrder, "\"6000000\"", "\"six\""), "PAYLOAD_UNDECODABLE"},
    {"data that are a string", Replaced(kOrder, kOrder.substr(kOrder.find("{\"orderId")), "\"x\"}"), "PAYLOAD_UNDECODABLE"},
    {"a version that is no number", With("\"guanxiversion\":\"7x\""), "FIELD_INVALID guanxiversion"},
    {"a park reason that is none", With("\"guanxiparked\":\"BECAUSE\""), "FIELD_INVALID guanxiparked"},
    {"sealed parts that are none", With("\"guanxisealed\":\"/w==\""), "FIELD_INVALID guanxisealed"},
    {"a stored record that is none", With("\"guanxirecord\":\"AAAA\""), "FIELD_INVALID guanxirecord"},
    {"too much", With("\"pad\":\"" + std::string(kCloudEventBytesMax, 'x') + "\""), "EVENT_TOO_LARGE"},
    {"nested too deep", With("\"deep\":" + std::string(100, '[') + std::string(100, ']')), "PAYLOAD_UNDECODABLE"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(cloudevents)

BOOST_AUTO_TEST_CASE(an_order_in_json_becomes_a_record_that_decodes) {
  const Record record = Read(kOrder);
  BOOST_TEST(record.type == 511);
  BOOST_TEST((record.id == "o-1" && record.source == "/erp" && record.account_id == "ACME"));
  BOOST_TEST(FormatTimestamp(record.occurred_at) == "2024-03-01T09:30:00Z");
  BOOST_TEST((record.content_type.empty() && record.type_name.empty() && record.extensions.empty()));
  BOOST_TEST(record.payload == PayloadOfOrder());
  EventDecoder decoder;
  BOOST_TEST(decoder.DecodeBody(record.View()).ok());
}

BOOST_DATA_TEST_CASE(what_is_wrong_is_refused_with_reason_and_field, kRefusedTexts, sample) {
  BOOST_TEST(RefusalOf(sample.json) == sample.refusal);
}

BOOST_AUTO_TEST_CASE(the_account_is_the_partition_key_or_else_the_subject) {
  BOOST_TEST(Read(Replaced(kOrder, "partitionkey", "subject")).account_id == "ACME");
  const Record both = Read(With("\"subject\":\"orders/7\""));
  BOOST_TEST(both.account_id == "ACME");
  BOOST_TEST((both.extensions == std::vector<Extension>{{"subject", "orders/7"}}));
  BOOST_TEST(Read(With("\"subject\":\"ACME\"")).extensions.empty());
}

BOOST_AUTO_TEST_CASE(times_keep_their_instant_in_any_offset) {
  const Record record = Read(Replaced(kOrder, "2024-03-01T09:30:00Z", "2024-03-01T17:30:00.1234567+08:00"));
  BOOST_TEST(FormatTimestamp(record.occurred_at) == "2024-03-01T09:30:00.123456Z");
}

BOOST_AUTO_TEST_CASE(extensions_keep_their_order_and_become_text) {
  const Record record = Read(With(R"("zeta":"1","count":5,"flag":true,"none":null,"alpha":"x")"));
  BOOST_TEST((record.extensions == std::vector<Extension>{{"zeta", "1"}, {"count", "5"}, {"flag", "true"}, {"alpha", "x"}}));
}

BOOST_AUTO_TEST_CASE(numbers_in_the_data_may_be_numbers) {
  BOOST_TEST(Read(Replaced(kOrder, "\"6000000\"", "6000000")).payload == PayloadOfOrder());
}

BOOST_AUTO_TEST_CASE(numbers_that_are_kept_are_taken_however_they_are_written) {
  for (const char* number : {"0.30000000000000004", "1.10", "-0.0", "0", "1.5e3", "120E-2", "18446744073709551615", "-9223372036854775808",
                             "10000000000000000000000", "5e-324", "1.7976931348623157e308"})
    BOOST_TEST(RecordFromCloudEvent(With(std::string("\"price\":") + number)).ok(), number);
}

BOOST_AUTO_TEST_CASE(the_data_may_be_protobuf_bytes) {
  Record record = StoredOrder();
  const std::string data = kOrder.substr(kOrder.find("\"data\""));
  const std::string json = Replaced(kOrder, data, "\"datacontenttype\":\"application/protobuf\",\"data_base64\":\"CgNvLTE=\"}");
  BOOST_TEST(Read(json).payload == "\x0a\x03o-1");
  BOOST_TEST(Read(json).content_type.empty());
}

BOOST_AUTO_TEST_CASE(an_event_without_data_is_its_empty_message) {
  const Record record = Read(R"({"specversion":"1.0","id":"1","source":"s","type":"guanxi.event.v1.KeyAccountDesignated",)"
                             R"("subject":"A","time":"2024-03-01"})");
  BOOST_TEST(record.payload.empty());
  EventDecoder decoder;
  BOOST_TEST(decoder.DecodeBody(record.View()).ok());
}

BOOST_AUTO_TEST_CASE(an_unknown_type_keeps_its_name_and_its_data_as_text) {
  const Record record = Read(R"({"specversion":"1.0","id":"1","source":"s","type":"com.example.Thing","subject":"A",)"
                             R"("time":"2024-03-01T00:00:00Z","data":{"b":1,"a":[true,null]}})");
  BOOST_TEST(record.type == 0);
  BOOST_TEST(record.type_name == "com.example.Thing");
  BOOST_TEST(record.content_type == "application/json");
  BOOST_TEST(record.payload == R"({"b":1,"a":[true,null]})");
  BOOST_TEST(Contains(RoundTrip(record), R"("data":{"b":1,"a":[true,null]})"));
}

BOOST_AUTO_TEST_CASE(an_unknown_type_of_our_own_package_is_unknown) {
  const Record record = Read(Replaced(kOrder, "OrderPlaced", "OrderDreamt"));
  BOOST_TEST(record.type == 0);
  BOOST_TEST(record.type_name == "guanxi.event.v1.OrderDreamt");
  BOOST_TEST(Read(Replaced(kOrder, "guanxi.event.v1.OrderPlaced", "OrderPlaced")).type == 0);
}

BOOST_AUTO_TEST_CASE(text_data_of_an_unknown_type_are_the_text) {
  const std::string data = kOrder.substr(kOrder.find("\"data\""));
  const std::string json =
      Replaced(Replaced(kOrder, data, R"("datacontenttype":"text/plain","data":"hello"})"), "guanxi.event.v1.OrderPlaced", "note");
  BOOST_TEST(Read(json).payload == "hello");
  BOOST_TEST(Read(json).content_type == "text/plain");
  RoundTrip(Read(json));
}

BOOST_AUTO_TEST_CASE(a_stored_order_is_exported_in_readable_json_and_comes_back) {
  const std::string line = RoundTrip(StoredOrder());
  BOOST_TEST(Contains(line, R"("data":{"orderId":"o-1")"));
  BOOST_TEST(Contains(line, R"("subject":"ACME","partitionkey":"ACME")"));
  BOOST_TEST(Contains(line, R"("recordedtime":"2024-03-01T09:30:01Z")"));
  BOOST_TEST(Contains(line, R"("zeta":"1","alpha":"x")"));
}

BOOST_AUTO_TEST_CASE(control_records_come_back) {
  Record record = StoredOrder();
  record.type = 901;
  record.account_id.clear();
  record.account_version = 0;
  record.payload = "\x0a\x02\x08\x01";
  BOOST_TEST(Contains(RoundTrip(record), "guanxi.event.v1.ClockAdvanced"));
}

BOOST_AUTO_TEST_CASE(sealed_parts_travel_as_they_are) {
  Record record = StoredOrder();
  record.sealed = {{"li", std::string(16, '\1'), std::string(12, '\0'), std::string("\xff\0\x80", 3)}, {"wang", "k", "n", "c"}};
  BOOST_TEST(Contains(RoundTrip(record), "guanxisealed"));
}

BOOST_AUTO_TEST_CASE(parked_records_keep_their_bytes_and_their_reason) {
  Record record = StoredOrder();
  record.park_reason = static_cast<uint32_t>(Reason::FIELD_INVALID);
  record.account_version = 0;
  BOOST_TEST(Contains(RoundTrip(record), R"("guanxiparked":"FIELD_INVALID")"));
  record.payload = "\xff\xff";
  RoundTrip(record);
  record.content_type = "application/json";
  record.payload = R"({"orderNo":1})";
  BOOST_TEST(Contains(RoundTrip(record), R"("data":{"orderNo":1})"));
  record.payload = "{ not JSON";
  BOOST_TEST(Contains(RoundTrip(record), "data_base64"));
}

BOOST_AUTO_TEST_CASE(json_that_was_kept_byte_for_byte_comes_back_byte_for_byte) {
  Record record = StoredOrder();
  record.type = 0;
  record.type_name = "com.example.Thing";
  record.content_type = "application/json";
  record.payload = "{ \"spaces\" : 1.50 }";
  BOOST_TEST(Contains(RoundTrip(record), "data_base64"));
}

BOOST_AUTO_TEST_CASE(a_payload_with_fields_of_a_later_version_comes_back) {
  Record record = StoredOrder();
  record.payload += std::string("\xfa\x7f\x03xyz", 6);
  BOOST_TEST(Contains(RoundTrip(record), "data_base64"));
}

BOOST_AUTO_TEST_CASE(what_attributes_cannot_say_comes_back_as_the_whole_record) {
  const auto whole = [](auto change) {
    Record record = StoredOrder();
    change(record);
    return Contains(RoundTrip(record), "guanxirecord");
  };
  BOOST_TEST(whole([](Record& r) { r.id = "\xff"; }));
  BOOST_TEST(whole([](Record& r) { r.occurred_at.micros = INT64_MIN; }));
  BOOST_TEST(whole([](Record& r) { r.type = 999; }));
  BOOST_TEST(whole([](Record& r) { r.type = 0; }));
  BOOST_TEST(whole([](Record& r) { r.park_reason = 60000; }));
  BOOST_TEST(whole([](Record& r) { r.extensions = {{"a", "1"}, {"a", "2"}}; }));
  BOOST_TEST(whole([](Record& r) { r.extensions = {{"id", "1"}}; }));
  BOOST_TEST(whole([](Record& r) { r.extensions = {{"data", "1"}}; }));
  BOOST_TEST(whole([](Record& r) { r.extensions = {{"subject", "ACME"}}; }));
  BOOST_TEST(!whole([](Record& r) { r.extensions = {{"subject", "orders"}}; }));
}

BOOST_AUTO_TEST_CASE(a_parked_record_comes_back_however_much_it_is_above_the_limits) {
  Record parked = StoredOrder();
  parked.account_version = 0;
  parked.park_reason = static_cast<uint32_t>(Reason::FIELD_INVALID);
  for (int i = 0; i < 33; ++i) parked.extensions.push_back({"x" + std::to_string(i), "v"});
  RoundTrip(parked);
  parked.sealed.resize(33);
  RoundTrip(parked);
  parked.id = parked.source = std::string(900'000, '\x01');
  RoundTrip(parked);
  parked.id = "o-1", parked.source = "/erp";
  parked.extensions = {{"x", std::string(1'900'000, '\x01')}};
  RoundTrip(parked);
}

BOOST_AUTO_TEST_CASE(any_record_comes_back) {
  const uint32_t seed = std::random_device{}();
  BOOST_TEST_INFO_SCOPE("seed " << seed);
  std::mt19937 random(seed);
  const auto text = [&](std::initializer_list<const char*> choices) { return std::string(*(choices.begin() + random() % choices.size())); };
  for (int round = 0; round < 2000; ++round) {
    Record r = StoredOrder();
    if (random() % 2) r.type = static_cast<uint16_t>(std::array{0, 101, 201, 511, 903, 777}[random() % 6]);
    if (r.type == 0) r.type_name = text({"", "thing", "guanxi.event.v1.Nothing", "\xff"});
    if (random() % 3 == 0) r.park_reason = random() % 40;
    if (random() % 3 == 0) r.content_type = text({"application/json", "text/plain", "application/protobuf", "a+json;x=1"});
    if (random() % 3 == 0) r.payload = text({"", "{}", "\"s\"", "5", "null", "\xff", "{\"a\":1,\"a\":2}", "hello"});
    if (random() % 3 == 0) r.account_id = text({"", "A", "客户", "\xc0"});
    if (random() % 3 == 0) r.extensions = {{text({"a", "time", "guanxirecord", "subject", ""}), text({"", "x", "\xff"})}, {"b", "null"}};
    if (random() % 3 == 0) r.recorded_at.micros = std::array<int64_t, 3>{0, -1, INT64_MAX}[random() % 3];
    RoundTrip(r);
  }
}

BOOST_AUTO_TEST_SUITE_END()
