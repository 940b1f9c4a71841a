#include "guanxid/event_message.h"

#include <boost/test/unit_test.hpp>

#include "base/reason.h"
#include "codec/admission.h"
#include "support/temporary_directory.h"

using namespace guanxi;

namespace {

// A parked record of the payload, with every text no UTF-8.
codec::Record Garbled(std::string payload) {
  codec::Record record;
  record.type = 511;
  record.park_reason = static_cast<uint32_t>(Reason::TEXT_NOT_UTF8);
  for (std::string* text : {&record.account_id, &record.source, &record.id, &record.actor, &record.on_behalf_of, &record.correlation_id,
                            &record.causation_id, &record.content_type})
    *text = "M\xfcller";
  record.extensions = {{"n\xff", "v\xff"}};
  record.payload = std::move(payload);
  return record;
}

v1::Event Shown(const codec::Record& record) {
  const test::TemporaryDirectory directory;
  const auto keys = privacy::KeyStore::Open(directory.path());
  BOOST_REQUIRE_MESSAGE(keys.ok(), keys.status());
  return service::EventFrom(record.View(), PartitionId{0}, Position{7}, **keys);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(event_message_suite)

BOOST_AUTO_TEST_CASE(a_parked_record_of_texts_that_are_no_utf8_is_shown_in_valid_ones) {
  const v1::Event event = Shown(Garbled("\xff\xfe raw"));
  BOOST_TEST(event.account_id() == "M\xef\xbf\xbdller");
  BOOST_TEST(event.actor() == event.account_id());
  BOOST_TEST(event.raw().content_type() == event.account_id());
  BOOST_TEST(event.extensions(0).name() == "n\xef\xbf\xbd");
  BOOST_TEST(event.raw().data() == "\xff\xfe raw");  // bytes stay what they were
  BOOST_TEST(event.parked_reason() == "TEXT_NOT_UTF8");
  // Clients parse proto3 strings strictly.
  v1::Event parsed;
  BOOST_TEST(parsed.ParseFromString(event.SerializeAsString()));
}

BOOST_AUTO_TEST_CASE(a_text_in_the_payload_that_is_no_utf8_is_shown_raw) {
  codec::Record record = Garbled("\x0a\x01\xff");  // order_id
  record.content_type.clear();
  const v1::Event event = Shown(record);
  BOOST_TEST(event.has_raw());
  BOOST_TEST(event.raw().type() == "guanxi.event.v1.OrderPlaced");
  BOOST_TEST(event.raw().data() == "\x0a\x01\xff");
  v1::Event parsed;
  BOOST_TEST(parsed.ParseFromString(event.SerializeAsString()));
}

// What a producer to a topic can write there made the whole log unreadable for subscribers.
BOOST_AUTO_TEST_CASE(an_event_with_parts_that_no_node_sealed_is_shown_without_them) {
  codec::Record record = Garbled("{}");
  record.sealed = {{"li", "key", "nonce", "ciphertext"}, {"l\xff", "", "", ""}};
  const v1::Event event = Shown(record);
  BOOST_TEST(event.raw().data() == "{}");
  BOOST_TEST(event.erased_subjects().empty());
  BOOST_REQUIRE_EQUAL(event.unreadable_subjects_size(), 2);
  BOOST_TEST(event.unreadable_subjects(0) == "li");
  BOOST_TEST(event.unreadable_subjects(1) == "l\xef\xbf\xbd");
}

BOOST_AUTO_TEST_SUITE_END()
