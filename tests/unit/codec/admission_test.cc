#include "codec/admission.h"

#include <boost/test/unit_test.hpp>

#include "base/reason.h"
#include "codec/iso4217.h"

using namespace guanxi;
using namespace guanxi::codec;

namespace {

const Timestamp kRecordedAt = *ParseTimestamp("2024-03-01T12:00:00Z");

Record ValidRecord() {
  Record r;
  r.type = 511;
  r.occurred_at = *ParseTimestamp("2024-03-01T09:30:00Z");
  r.account_id = "ACME 株式会社";
  r.source = "erp";
  r.id = "o-1";
  r.payload = "x";
  return r;
}

struct Refusal {
  std::string reason = "OK";
  std::string field;
  friend bool operator==(const Refusal&, const Refusal&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Refusal& r) { return out << r.reason << " " << r.field; }
};

Refusal Check(const Record& record) {
  const absl::Status status = CheckEnvelope(record.View(), kRecordedAt);
  if (status.ok()) return {};
  const ReasonMetadata metadata = MetadataOf(status);
  const auto field = metadata.find("field");
  return {std::string(ReasonOf(status)->name), field == metadata.end() ? "" : field->second};
}

template <class Change>
Refusal CheckAfter(Change change) {
  Record record = ValidRecord();
  change(record);
  return Check(record);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(admission)

BOOST_AUTO_TEST_CASE(an_ordinary_record_is_admitted) { BOOST_TEST(Check(ValidRecord()) == Refusal{}); }

BOOST_AUTO_TEST_CASE(account_ids_are_plain_utf8_of_1_to_128_bytes_without_slash) {
  for (const std::string& good : {std::string("a"), std::string(128, 'a'), std::string("客户 1"), std::string("a\xc2\xa0z")}) {
    BOOST_TEST(IsAccountId(good), good);
  }
  for (const std::string& bad :
       {std::string(), std::string(129, 'a'), std::string("a/b"), std::string("a\nb"), std::string("a\x7f"), std::string("a\0b", 3),
        std::string("a\xc2\x85z"), std::string("a\xff"), std::string("\xc0\xaf"), std::string("\xed\xa0\x80")}) {
    BOOST_TEST(!IsAccountId(bad), bad);
    BOOST_TEST(CheckAfter([&](Record& r) { r.account_id = bad; }) == (Refusal{"ACCOUNT_ID_INVALID", "account_id"}));
  }
}

BOOST_AUTO_TEST_CASE(control_records_have_no_account) {
  BOOST_TEST(CheckAfter([](Record& r) { r.type = 901, r.account_id.clear(); }) == Refusal{});
  BOOST_TEST(CheckAfter([](Record& r) { r.account_id.clear(); }) == (Refusal{"ACCOUNT_ID_INVALID", "account_id"}));
  BOOST_TEST(CheckAfter([](Record& r) { r.type = 999, r.account_id.clear(); }) == (Refusal{"ACCOUNT_ID_INVALID", "account_id"}));
}

BOOST_AUTO_TEST_CASE(event_ids_and_sources_have_limits) {
  BOOST_TEST(CheckAfter([](Record& r) { r.id = std::string(128, 'i'), r.source = std::string(256, 's'); }) == Refusal{});
  BOOST_TEST(CheckAfter([](Record& r) { r.id.clear(); }) == (Refusal{"EVENT_ID_INVALID", "id"}));
  BOOST_TEST(CheckAfter([](Record& r) { r.id = std::string(129, 'i'); }) == (Refusal{"EVENT_ID_INVALID", "id"}));
  BOOST_TEST(CheckAfter([](Record& r) { r.id = "\xff"; }) == (Refusal{"EVENT_ID_INVALID", "id"}));
  BOOST_TEST(CheckAfter([](Record& r) { r.id = "o\n1"; }) == (Refusal{"EVENT_ID_INVALID", "id"}));
  BOOST_TEST(CheckAfter([](Record& r) { r.id = "o\xc2\x85"; }) == (Refusal{"EVENT_ID_INVALID", "id"}));
  BOOST_TEST(CheckAfter([](Record& r) { r.source = "/erp\x7f"; }) == (Refusal{"EVENT_ID_INVALID", "source"}));
  BOOST_TEST(CheckAfter([](Record& r) { r.source.clear(); }) == (Refusal{"EVENT_ID_INVALID", "source"}));
  BOOST_TEST(CheckAfter([](Record& r) { r.source = std::string(257, 's'); }) == (Refusal{"EVENT_ID_INVALID", "source"}));
  BOOST_TEST(CheckAfter([](Record& r) { r.source = "\x80"; }) == (Refusal{"EVENT_ID_INVALID", "source"}));
}

BOOST_AUTO_TEST_CASE(an_event_has_a_type_number_or_a_name) {
  BOOST_TEST(CheckAfter([](Record& r) { r.type = 0; }) == (Refusal{"EVENT_TYPE_MISSING", "type"}));
  BOOST_TEST(CheckAfter([](Record& r) { r.type = 0, r.type_name = "com.example.Thing"; }) == Refusal{});
}

BOOST_AUTO_TEST_CASE(a_large_event_is_refused_by_payload_and_by_sum) {
  BOOST_TEST(CheckAfter([](Record& r) { r.payload = std::string(kPayloadBytesMax, 'p'); }) == Refusal{});
  BOOST_TEST(CheckAfter([](Record& r) { r.payload = std::string(kPayloadBytesMax + 1, 'p'); }) == (Refusal{"EVENT_TOO_LARGE", ""}));
  BOOST_TEST(CheckAfter([](Record& r) {
               r.payload = std::string(kPayloadBytesMax, 'p');
               r.sealed = {{"s", "k", "n", std::string(kPayloadBytesMax, 'c')}};
             }) == (Refusal{"EVENT_TOO_LARGE", ""}));
}

BOOST_AUTO_TEST_CASE(what_is_too_large_is_said_to_be_so_whichever_field_is) {
  const std::string six_megabytes(size_t{6} << 20, 'x');
  const Refusal too_large{"EVENT_TOO_LARGE", ""};
  BOOST_TEST(CheckAfter([&](Record& r) { r.id = six_megabytes; }) == too_large);
  BOOST_TEST(CheckAfter([&](Record& r) { r.source = six_megabytes; }) == too_large);
  BOOST_TEST(CheckAfter([&](Record& r) { r.account_id = six_megabytes; }) == too_large);
  BOOST_TEST(CheckAfter([&](Record& r) { r.actor = six_megabytes; }) == too_large);
}

BOOST_AUTO_TEST_CASE(a_record_that_is_admitted_encodes_below_the_limit) {
  Record r = ValidRecord();
  r.payload = std::string(kPayloadBytesMax, 'p');
  r.sealed = {{"s", "k", "n", std::string(kRecordBytesMax - kPayloadBytesMax - 400, 'c')}};
  BOOST_TEST(Check(r) == Refusal{});
  BOOST_TEST(EncodeRecord(r.View()).size() <= kRecordBytesMax);
}

BOOST_AUTO_TEST_CASE(other_attributes_are_short_utf8) {
  BOOST_TEST(CheckAfter([](Record& r) { r.actor = std::string(257, 'a'); }) == (Refusal{"FIELD_INVALID", "actor"}));
  BOOST_TEST(CheckAfter([](Record& r) { r.on_behalf_of = "\xff"; }) == (Refusal{"TEXT_NOT_UTF8", "on_behalf_of"}));
  BOOST_TEST(CheckAfter([](Record& r) { r.correlation_id = "\xff"; }) == (Refusal{"TEXT_NOT_UTF8", "correlation_id"}));
  BOOST_TEST(CheckAfter([](Record& r) { r.causation_id = "\xff"; }) == (Refusal{"TEXT_NOT_UTF8", "causation_id"}));
  BOOST_TEST(CheckAfter([](Record& r) { r.type = 0, r.type_name = "\xff"; }) == (Refusal{"TEXT_NOT_UTF8", "type_name"}));
  BOOST_TEST(CheckAfter([](Record& r) { r.content_type = std::string(257, 'c'); }) == (Refusal{"FIELD_INVALID", "content_type"}));
  BOOST_TEST(CheckAfter([](Record& r) { r.extensions.assign(33, {"e", "v"}); }) == (Refusal{"FIELD_INVALID", "extensions"}));
  BOOST_TEST(CheckAfter([](Record& r) { r.extensions = {{"", "v"}}; }) == (Refusal{"FIELD_INVALID", "extensions"}));
  BOOST_TEST(CheckAfter([](Record& r) { r.extensions = {{"e", "\xff"}}; }) == (Refusal{"TEXT_NOT_UTF8", "extensions"}));
  BOOST_TEST(CheckAfter([](Record& r) { r.sealed.resize(33); }) == (Refusal{"FIELD_INVALID", "sealed"}));
}

BOOST_AUTO_TEST_CASE(events_from_the_future_are_tolerated_for_five_minutes_inclusive) {
  const auto at = [](int64_t micros) { return CheckAfter([=](Record& r) { r.occurred_at.micros = kRecordedAt.micros + micros; }); };
  BOOST_TEST(at(300 * kMicrosPerSecond) == Refusal{});
  BOOST_TEST(at(300 * kMicrosPerSecond + 1) == (Refusal{"OCCURRED_IN_FUTURE", "occurred_at"}));
}

BOOST_AUTO_TEST_CASE(events_lie_in_the_years_1_to_9999) {
  BOOST_TEST(CheckAfter([](Record& r) { r.occurred_at = kEarliestTimestamp; }) == Refusal{});
  BOOST_TEST(CheckAfter([](Record& r) { r.occurred_at.micros = kEarliestTimestamp.micros - 1; }) ==
             (Refusal{"OCCURRED_AT_OUT_OF_RANGE", "occurred_at"}));
  BOOST_TEST(CheckAfter([](Record& r) { r.occurred_at.micros = kLatestTimestamp.micros + 1; }) ==
             (Refusal{"OCCURRED_AT_OUT_OF_RANGE", "occurred_at"}));
  BOOST_TEST(CheckAfter([](Record& r) { r.occurred_at.micros = INT64_MIN; }) == (Refusal{"OCCURRED_AT_OUT_OF_RANGE", "occurred_at"}));
}

BOOST_AUTO_TEST_CASE(currencies_are_those_of_iso_4217_old_ones_too) {
  for (const char* code : {"CNY", "EUR", "USD", "JPY", "DEM", "ITL", "CSK", "ZWL"}) BOOST_TEST(IsCurrencyCode(code), code);
  for (const char* code : {"", "EU", "EURO", "eur", "ABC", "RMB", "XBT"}) BOOST_TEST(!IsCurrencyCode(code), code);
}

BOOST_AUTO_TEST_SUITE_END()
