#include <boost/test/unit_test.hpp>

#include "codec/cloudevents.h"
#include "guanxi/event/v1/trade.pb.h"
#include "tools/guanxi/cloud_event_line.h"
#include "tools/guanxi/new_event.h"
#include "tools/guanxi/refusal.h"

using namespace guanxi::cli;

namespace {

constexpr char kOrder[] =
    R"({"orderId":"o-1","currencyCode":"CNY","lines":[{"product":"pump","quantityMicros":"6000000","unitPriceMicros":2550000}]})";

guanxi::v1::NewEvent OrderEvent() {
  guanxi::v1::NewEvent event;
  event.set_id("o-1");
  event.set_source("/erp");
  event.set_account_id("ACME");
  event.mutable_occurred_at()->set_seconds(1'709'285'400);
  BOOST_REQUIRE(SetPayload("OrderPlaced", kOrder, event).ok());
  return event;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(new_events)

BOOST_AUTO_TEST_CASE(data_in_json_become_the_message_of_the_type) {
  const auto event = OrderEvent();
  guanxi::event::v1::OrderPlaced order;
  BOOST_REQUIRE(event.data().UnpackTo(&order));
  BOOST_TEST(order.order_id() == "o-1");
  BOOST_TEST(order.lines(0).unit_price_micros() == 2'550'000);
}

BOOST_AUTO_TEST_CASE(a_full_type_name_is_the_same_type) {
  guanxi::v1::NewEvent event;
  BOOST_REQUIRE(SetPayload("guanxi.event.v1.OrderPlaced", "{}", event).ok());
  BOOST_TEST(event.data().type_url() == "type.googleapis.com/guanxi.event.v1.OrderPlaced");
}

BOOST_AUTO_TEST_CASE(a_misspelt_field_is_refused_before_it_is_sent) {
  guanxi::v1::NewEvent event;
  BOOST_TEST(ExitCodeOf(SetPayload("OrderPlaced", R"({"orderNumber":"o-1"})", event)) == kExitUsage);
  BOOST_TEST(!event.has_data());
}

BOOST_AUTO_TEST_CASE(data_of_an_unknown_type_travel_as_they_are) {
  guanxi::v1::NewEvent event;
  BOOST_REQUIRE(SetPayload("com.example.Seen", "{\"a\": 1}", event).ok());
  BOOST_TEST(event.raw().type() == "com.example.Seen");
  BOOST_TEST(event.raw().data() == "{\"a\": 1}");
}

BOOST_AUTO_TEST_CASE(an_exported_line_reads_back_as_the_same_event) {
  const auto record = guanxi::codec::RecordFromCloudEvent(CloudEventLine(OrderEvent()));
  BOOST_REQUIRE(record.ok());
  BOOST_TEST(record->id == "o-1");
  BOOST_TEST(record->account_id == "ACME");
  BOOST_TEST(record->payload == OrderEvent().data().value());
  BOOST_TEST(record->occurred_at.micros == 1'709'285'400'000'000);
}

BOOST_AUTO_TEST_CASE(a_stored_event_keeps_recorded_time_version_and_park_reason) {
  guanxi::v1::Event event;
  event.set_id("x");
  event.set_source("/s");
  event.set_account_id("ACME");
  event.mutable_occurred_at()->set_seconds(10);
  event.mutable_recorded_at()->set_seconds(20);
  event.set_account_version(3);
  event.mutable_raw()->set_type("com.example.Seen");
  event.mutable_raw()->set_content_type("application/json");
  event.mutable_raw()->set_data("{}");
  event.set_parked_reason("FIELD_INVALID");
  const auto record = guanxi::codec::RecordFromCloudEvent(CloudEventLine(event));
  BOOST_REQUIRE(record.ok());
  BOOST_TEST(record->recorded_at.micros == 20'000'000);
  BOOST_TEST(record->account_version == 3u);
  BOOST_TEST(record->park_reason == 6u);
  BOOST_TEST(record->type_name == "com.example.Seen");
}

BOOST_AUTO_TEST_SUITE_END()
