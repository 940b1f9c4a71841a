#include "importers/cloudevents.h"

#include "base/reason.h"
#include "codec/cloudevents.h"
#include "guanxi/event/v1/trade.pb.h"
#include "importers/line_reader.h"
#include "relations/event_type.h"
#include "unit/importers/import_fixture.h"

using namespace guanxi;
using namespace guanxi::importers;
namespace ev = guanxi::event::v1;

namespace {

constexpr char kOrder[] =
    R"({"specversion":"1.0","id":"o-1","source":"/erp","type":"guanxi.event.v1.OrderPlaced","partitionkey":"ACME",)"
    R"("time":"2024-03-01T09:30:00Z","actor":"seller-1","traceid":"t-9",)"
    R"("data":{"orderId":"o-1","currencyCode":"CNY","lines":[{"product":"pump","quantityMicros":"6000000","unitPriceMicros":"2550000"}]}})";

struct CloudEvents : TemporaryFolder {
  ImportOptions options;
  CollectingSink sink;
  ImportReport report;

  void Import(const std::string& lines) {
    BOOST_REQUIRE(ImportCloudEvents(Write("events.jsonl", lines), options, sink, report).ok());
    CheckEveryRowIsAccountedFor(report);
  }
};

codec::Record RecordOf(relations::EventType type) {
  codec::Record record;
  record.type = static_cast<uint16_t>(type);
  record.occurred_at = Timestamp{1};
  record.recorded_at = Timestamp{2};
  record.account_version = 1;
  record.account_id = "ACME";
  record.source = "/s";
  record.id = "1";
  return record;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(cloudevents_suite, CloudEvents)

BOOST_AUTO_TEST_CASE(a_line_becomes_the_event_it_says) {
  Import(std::string(kOrder) + "\n");
  BOOST_REQUIRE_EQUAL(sink.events.size(), 1);
  const auto& event = sink.events[0];
  BOOST_TEST(event.id() == "o-1");
  BOOST_TEST(event.source() == "/erp");
  BOOST_TEST(event.account_id() == "ACME");
  BOOST_TEST(event.actor() == "seller-1");
  BOOST_TEST(TimeOf(event) == "2024-03-01T09:30:00Z");
  BOOST_REQUIRE_EQUAL(event.extensions_size(), 1);
  BOOST_TEST(event.extensions(0).name() == "traceid");
  BOOST_TEST(event.extensions(0).value() == "t-9");
  const auto order = As<ev::OrderPlaced>(event);
  BOOST_TEST(order.order_id() == "o-1");
  BOOST_TEST(order.lines(0).unit_price_micros() == 2'550'000);
  BOOST_TEST(FormatTimestamp(*report.newest_occurred_at) == "2024-03-01T09:30:00Z");
}

BOOST_AUTO_TEST_CASE(data_of_an_unknown_type_go_as_they_came) {
  Import(
      R"({"specversion":"1.0","id":"1","source":"/x","type":"com.example.Ping","subject":"ACME","time":"2024-03-01T09:30:00Z","data":{"a":1}})");
  const auto& event = sink.events.at(0);
  BOOST_TEST(event.raw().type() == "com.example.Ping");
  BOOST_TEST(event.raw().content_type() == "application/json");
  BOOST_TEST(event.raw().data() == R"({"a":1})");
}

BOOST_AUTO_TEST_CASE(a_line_that_is_no_event_is_named_and_stops_nothing) {
  Import(std::string("not json\n\n") + R"({"specversion":"1.0"})" + "\r\n" + kOrder + "\n");
  BOOST_TEST(report.rows_read == 3);
  BOOST_TEST(report.Count(Outcome::kNotAnEvent) == 2);
  BOOST_TEST(report.problems.at(0).line == 1);
  BOOST_TEST(report.problems.at(1).line == 3);
  BOOST_TEST(!report.problems.at(1).what.empty());
  BOOST_TEST(sink.events.size() == 1);
}

BOOST_AUTO_TEST_CASE(a_line_that_is_too_long_is_a_malformed_row) {
  Import(std::string(kLineBytesMax + 1, 'x') + "\n" + kOrder + "\n");
  BOOST_TEST(report.Count(Outcome::kMalformedRow) == 1);
  BOOST_TEST(sink.events.size() == 1);
}

BOOST_AUTO_TEST_CASE(what_an_export_holds_beside_events_is_passed_over) {
  codec::Record parked = RecordOf(relations::EventType::kOrderPlaced);
  parked.park_reason = static_cast<uint32_t>(Reason::FIELD_INVALID);
  parked.account_version = 0;
  codec::Record clock = RecordOf(relations::EventType::kClockAdvanced);
  clock.account_id.clear();
  clock.account_version = 0;
  event::v1::ClockAdvanced advanced;
  *advanced.mutable_to() = codec::ToProto(ParseTimestamp("2024-06-01").value());
  clock.payload = advanced.SerializeAsString();
  const codec::Record referral = RecordOf(relations::EventType::kReferralRecorded);
  Import(codec::CloudEventFromRecord(parked) + "\n" + codec::CloudEventFromRecord(clock) + "\n" + codec::CloudEventFromRecord(referral) +
         "\n");
  BOOST_TEST(sink.events.empty());
  BOOST_TEST(report.Count(Outcome::kParkedEvent) == 1);
  BOOST_TEST(report.Count(Outcome::kEngineRecord) == 1);
  BOOST_TEST(FormatTimestamp(report.clock.value()) == "2024-06-01T00:00:00Z");
}

BOOST_AUTO_TEST_CASE(no_event_is_taken_after_a_policy_that_cannot_be_read) {
  codec::Record policy = RecordOf(relations::EventType::kPolicyAdopted);
  policy.account_id.clear();
  policy.account_version = 0;
  policy.payload = "no policy";
  const std::string file = Write("events.jsonl", codec::CloudEventFromRecord(policy) + "\n" + kOrder + "\n");
  const absl::Status refused = ImportCloudEvents(file, options, sink, report);
  BOOST_REQUIRE(ReasonOf(refused) != nullptr);
  BOOST_TEST((ReasonOf(refused)->reason == Reason::REQUEST_INVALID));
  BOOST_TEST(std::string(refused.message()).find(":1: the policy cannot be read") != std::string::npos);
  BOOST_TEST(sink.events.empty());
}

BOOST_AUTO_TEST_CASE(sealed_personal_parts_stay_behind_and_are_counted) {
  codec::Record contact = RecordOf(relations::EventType::kContactAdded);
  contact.payload =
      "\x0a\x02"
      "c1";
  contact.sealed.push_back({"c1", "key", "nonce", "ciphertext"});
  Import(codec::CloudEventFromRecord(contact) + "\n");
  BOOST_TEST(sink.events.at(0).data().value() == contact.payload);
  BOOST_TEST(report.Count(Outcome::kSealedPartsLost) == 1);
}

BOOST_AUTO_TEST_CASE(an_attribute_that_is_no_utf8_is_a_broken_row) {
  codec::Record record = RecordOf(relations::EventType::kOrderPlaced);
  record.actor = "\xff";
  Import(codec::CloudEventFromRecord(record) + "\n");
  BOOST_TEST(sink.events.empty());
  BOOST_TEST(report.Count(Outcome::kNotUtf8) == 1);
}

BOOST_AUTO_TEST_SUITE_END()
