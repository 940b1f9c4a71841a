#include "codec/event_decoder.h"

#include <google/protobuf/text_format.h>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <memory>
#include <random>
#include <set>

#include "base/reason.h"
#include "codec/new_message.h"
#include "codec/sealed_personal.h"
#include "guanxi/event/v1/account.pb.h"
#include "guanxi/event/v1/activity.pb.h"
#include "guanxi/event/v1/contact.pb.h"
#include "guanxi/event/v1/control.pb.h"
#include "guanxi/event/v1/opportunity.pb.h"
#include "guanxi/event/v1/relationship.pb.h"
#include "guanxi/event/v1/service.pb.h"
#include "guanxi/event/v1/trade.pb.h"

using namespace guanxi;
using namespace guanxi::codec;
using relations::EventType;

namespace {

namespace pb = google::protobuf;

const Timestamp kOccurredAt = *ParseTimestamp("2024-03-01T09:30:00Z");

// The bytes of a message of guanxi.event.v1 written as protobuf text.
std::string Payload(const std::string& type, const std::string& text) {
  const auto* descriptor = pb::DescriptorPool::generated_pool()->FindMessageTypeByName("guanxi.event.v1." + type);
  BOOST_REQUIRE(descriptor != nullptr);
  std::unique_ptr<pb::Message> message(pb::MessageFactory::generated_factory()->GetPrototype(descriptor)->New());
  BOOST_REQUIRE(pb::TextFormat::ParseFromString(text, message.get()));
  return message->SerializeAsString();
}

Record RecordOf(const std::string& type, const std::string& payload) {
  Record r;
  r.type = static_cast<uint16_t>(relations::EventTypeFromName(type));
  r.occurred_at = kOccurredAt;
  r.account_id = "ACME";
  r.source = "test";
  r.id = "1";
  r.actor = "li";
  r.payload = payload;
  return r;
}

absl::StatusOr<relations::EventBody> Decode(const Record& record) {
  static EventDecoder decoder;
  return decoder.DecodeBody(record.View());
}

template <class Event>
Event Decoded(const std::string& type, const std::string& text) {
  const auto body = Decode(RecordOf(type, Payload(type, text)));
  BOOST_REQUIRE_MESSAGE(body.ok(), body.status());
  BOOST_REQUIRE(std::holds_alternative<Event>(*body));
  return std::get<Event>(*body);
}

// "REASON field", or "OK".
std::string OutcomeOf(const absl::Status& status) {
  if (status.ok()) return "OK";
  const ReasonMetadata metadata = MetadataOf(status);
  const auto field = metadata.find("field");
  return std::string(ReasonOf(status)->name) + (field == metadata.end() ? "" : " " + field->second);
}

struct Case {
  const char* type;
  std::string text;
  const char* outcome;
  friend std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.type << " { " << c.text.substr(0, 120) << " }"; }
};

std::string Long(size_t n) { return std::string(n, 'x'); }

const std::string kLine = "lines { product: 'p' quantity_micros: 6000000 unit_price_micros: 2550000 }";
const std::string kEur = "{ micros: 1 currency_code: 'EUR' }";

// The least that each type is admitted with.
const std::vector<Case> kLeast = {
    {"AccountOpened", "", "OK"},
    {"AccountChanged", "", "OK"},
    {"ExternalIdLinked", "system: 'erp' external_id: '7'", "OK"},
    {"ExternalIdUnlinked", "system: 'erp' external_id: '7'", "OK"},
    {"GroupJoined", "group_account_id: 'G'", "OK"},
    {"GroupLeft", "group_account_id: 'G'", "OK"},
    {"OwnerAssigned", "owner: 'li'", "OK"},
    {"KeyAccountDesignated", "", "OK"},
    {"KeyAccountUndesignated", "", "OK"},
    {"ContactAdded", "contact_id: 'c'", "OK"},
    {"ContactChanged", "contact_id: 'c'", "OK"},
    {"ContactRemoved", "contact_id: 'c'", "OK"},
    {"VisitHeld", "visit_id: 'v'", "OK"},
    {"MinutesRecorded", "minutes_id: 'm'", "OK"},
    {"ActionItemDone", "item_id: 'i'", "OK"},
    {"ActionItemDropped", "item_id: 'i'", "OK"},
    {"OpportunityOpened", "opportunity_id: 'o'", "OK"},
    {"OpportunityStageChanged", "opportunity_id: 'o' stage: PROCUREMENT_STAGE_TESTING", "OK"},
    {"OpportunityWon", "opportunity_id: 'o'", "OK"},
    {"OpportunityLost", "opportunity_id: 'o'", "OK"},
    {"OpportunityAbandoned", "opportunity_id: 'o'", "OK"},
    {"JointProjectStarted", "project_id: 'p'", "OK"},
    {"JointProjectEnded", "project_id: 'p'", "OK"},
    {"TrialStarted", "trial_id: 't'", "OK"},
    {"TrialEnded", "trial_id: 't'", "OK"},
    {"TenderAnnounced", "tender_id: 't'", "OK"},
    {"BidInvited", "bid_id: 'b'", "OK"},
    {"BidSubmitted", "bid_id: 'b'", "OK"},
    {"BidWon", "bid_id: 'b'", "OK"},
    {"BidLost", "bid_id: 'b'", "OK"},
    {"BidWithdrawn", "bid_id: 'b'", "OK"},
    {"ContractSigned", "contract_id: 'c' starts_at { seconds: 1 } ends_at { seconds: 2 }", "OK"},
    {"ContractAmended", "contract_id: 'c'", "OK"},
    {"ContractEnded", "contract_id: 'c'", "OK"},
    {"OrderPlaced", "order_id: 'o' currency_code: 'CNY' " + kLine, "OK"},
    {"OrderCancelled", "order_id: 'o'", "OK"},
    {"CreditNoteIssued", "credit_note_id: 'n' currency_code: 'CNY' " + kLine, "OK"},
    {"InvoiceIssued", "invoice_id: 'i' amount " + kEur + " due_at { seconds: 1709285400 }", "OK"},
    {"InvoiceCancelled", "invoice_id: 'i'", "OK"},
    {"PaymentReceived", "payment_id: 'p' invoice_id: 'i' amount " + kEur, "OK"},
    {"ComplaintFiled", "complaint_id: 'c'", "OK"},
    {"ComplaintAcknowledged", "complaint_id: 'c'", "OK"},
    {"ComplaintPaused", "complaint_id: 'c'", "OK"},
    {"ComplaintResumed", "complaint_id: 'c'", "OK"},
    {"ComplaintResolved", "complaint_id: 'c'", "OK"},
    {"ComplaintReopened", "complaint_id: 'c'", "OK"},
    {"ComplaintClosed", "complaint_id: 'c'", "OK"},
    {"SurveySent", "survey_id: 's'", "OK"},
    {"SurveyAnswered", "survey_id: 's' score: 0 scale: 10", "OK"},
    {"ReferralRequested", "referral_id: 'r'", "OK"},
    {"ReferralReceived", "referral_id: 'r' referred_account_id: 'B'", "OK"},
    {"ReferralRecorded", "referral_id: 'r' referring_account_id: 'B'", "OK"},
    {"TierDeclared", "tier: TIER_PARTNER", "OK"},
    {"TierOverridden", "tier: TIER_PARTNER reason: 'r' expires_at { seconds: 1709285401 }", "OK"},
    {"TierOverrideWithdrawn", "", "OK"},
    {"ClockAdvanced", "to { seconds: 1 }", "OK"},
    {"PolicyAdopted", "policy_name: 'standard' version: 1 effective_at { seconds: 1 } control_epoch: 1", "OK"},
    {"ParkedRepaired", "parked_position: 0", "OK"},
    {"ParkedDismissed", "parked_position: 0", "OK"},
    {"AdmissionRaised", "level: 2", "OK"},
};

const std::vector<Case> kRefused = {
    {"ExternalIdLinked", "system: 'erp'", "FIELD_INVALID external_id"},
    {"ExternalIdLinked", "system: '" + Long(65) + "' external_id: '7'", "FIELD_INVALID system"},
    {"ExternalIdLinked", "system: 'erp' external_id: '" + Long(129) + "'", "FIELD_INVALID external_id"},
    {"ExternalIdUnlinked", "external_id: '7'", "FIELD_INVALID system"},
    {"GroupJoined", "", "FIELD_INVALID group_account_id"},
    {"GroupLeft", "group_account_id: 'a/b'", "FIELD_INVALID group_account_id"},
    {"OwnerAssigned", "", "FIELD_INVALID owner"},
    {"AccountOpened", "currency_code: 'EURO'", "CURRENCY_UNKNOWN currency_code"},
    {"AccountOpened", "account_type: 99", "FIELD_INVALID account_type"},
    {"AccountOpened", "ownership: 3", "FIELD_INVALID ownership"},
    {"AccountOpened", "name: '" + Long(513) + "'", "FIELD_INVALID name"},
    {"AccountChanged", "account_type: -1", "FIELD_INVALID account_type"},
    {"AccountChanged", "ownership: 9", "FIELD_INVALID ownership"},
    {"KeyAccountDesignated", "reason: '" + Long(64 * 1024 + 1) + "'", "FIELD_INVALID reason"},
    {"ContactAdded", "", "FIELD_INVALID contact_id"},
    {"ContactAdded", "contact_id: 'c' level: 5", "FIELD_INVALID level"},
    {"ContactAdded", "contact_id: 'c' role: 5", "FIELD_INVALID role"},
    {"ContactAdded", "contact_id: 'c' stance: 5", "FIELD_INVALID stance"},
    {"ContactAdded", "contact_id: 'c' name: 'Li Wei'", "FIELD_INVALID name"},
    {"ContactAdded", "contact_id: 'c' facts { topic: 'hobby' }", "FIELD_INVALID facts"},
    {"ContactChanged", "contact_id: 'c' name: ''", "FIELD_INVALID name"},
    {"ContactChanged", "contact_id: 'c' facts { topic: 'hobby' }", "FIELD_INVALID facts"},
    {"ContactChanged", "contact_id: 'c' stance: 7", "FIELD_INVALID stance"},
    {"ContactRemoved", "", "FIELD_INVALID contact_id"},
    {"VisitHeld", "", "FIELD_INVALID visit_id"},
    {"VisitHeld", "visit_id: 'v' kind: 3", "FIELD_INVALID kind"},
    {"VisitHeld", "visit_id: 'v' planned_minutes: -1", "FIELD_INVALID planned_minutes"},
    {"VisitHeld", "visit_id: 'v' actual_minutes: -1", "FIELD_INVALID actual_minutes"},
    {"VisitHeld", "visit_id: 'v' customers {} customers { level: 8 }", "FIELD_INVALID customers[1].level"},
    {"VisitHeld", "visit_id: 'v' customers { role: 8 }", "FIELD_INVALID customers[0].role"},
    {"VisitHeld", "visit_id: 'v' ours { level: 8 }", "FIELD_INVALID ours[0].level"},
    {"VisitHeld", "visit_id: 'v' ours {} review_of: '" + Long(129) + "'", "FIELD_INVALID review_of"},
    {"MinutesRecorded", "minutes_id: 'm' action_items { item_id: 'i' } action_items {}", "FIELD_INVALID action_items[1].item_id"},
    {"MinutesRecorded", "minutes_id: 'm' action_items { item_id: 'i' due_at { nanos: -1 } }", "FIELD_INVALID action_items[0].due_at"},
    {"OpportunityOpened", "opportunity_id: 'o' kind: 9", "FIELD_INVALID kind"},
    {"OpportunityOpened", "opportunity_id: 'o' initiation: 9", "FIELD_INVALID initiation"},
    {"OpportunityOpened", "opportunity_id: 'o' stage: 9", "FIELD_INVALID stage"},
    {"OpportunityOpened", "opportunity_id: 'o' expected_amount { micros: -1 currency_code: 'EUR' }", "AMOUNT_OUT_OF_RANGE expected_amount"},
    {"OpportunityOpened", "opportunity_id: 'o' expected_amount {}", "CURRENCY_UNKNOWN expected_amount"},
    {"OpportunityOpened", "opportunity_id: 'o' expected_close_at { seconds: 253402300800 }", "FIELD_INVALID expected_close_at"},
    {"OpportunityStageChanged", "opportunity_id: 'o'", "FIELD_INVALID stage"},
    {"OpportunityWon", "opportunity_id: 'o' amount { micros: 1000000000000000001 currency_code: 'EUR' }", "AMOUNT_OUT_OF_RANGE amount"},
    {"BidSubmitted", "bid_id: 'b' amount { micros: 1 currency_code: 'eur' }", "CURRENCY_UNKNOWN amount"},
    {"ContractSigned", "contract_id: 'c' starts_at { seconds: 2 } ends_at { seconds: 2 }", "FIELD_INVALID ends_at"},
    {"ContractSigned", "contract_id: 'c' ends_at { seconds: 2 }", "FIELD_INVALID starts_at"},
    {"ContractSigned", "contract_id: 'c' starts_at { seconds: 2 }", "FIELD_INVALID ends_at"},
    {"ContractSigned", "contract_id: 'c' starts_at { seconds: -62135596801 } ends_at { seconds: 2 }", "FIELD_INVALID starts_at"},
    {"OrderPlaced", "order_id: 'o' currency_code: 'CNY'", "FIELD_INVALID lines"},
    {"OrderPlaced", "currency_code: 'CNY' " + kLine, "FIELD_INVALID order_id"},
    {"OrderPlaced", "order_id: '" + Long(129) + "' currency_code: 'CNY' " + kLine, "FIELD_INVALID order_id"},
    {"OrderPlaced", "order_id: 'o' " + kLine, "CURRENCY_UNKNOWN currency_code"},
    {"OrderPlaced", "order_id: 'o' currency_code: 'CNY' procurement: 5 " + kLine, "FIELD_INVALID procurement"},
    {"OrderPlaced", "order_id: 'o' currency_code: 'CNY' lines { unit_price_micros: 1 }", "AMOUNT_OUT_OF_RANGE lines[0].quantity_micros"},
    {"OrderPlaced", "order_id: 'o' currency_code: 'CNY' lines { quantity_micros: 1000000 unit_price_micros: -1 }",
     "AMOUNT_OUT_OF_RANGE lines[0].unit_price_micros"},
    {"OrderPlaced", "order_id: 'o' currency_code: 'CNY' lines { quantity_micros: 1000000 unit_cost_micros: -1 }",
     "AMOUNT_OUT_OF_RANGE lines[0].unit_cost_micros"},
    {"OrderPlaced", "order_id: 'o' currency_code: 'CNY' " + kLine + " lines { quantity_micros: 1 unit_price_micros: 999999 }",
     "LINE_AMOUNT_NOT_EXACT lines[1].unit_price_micros"},
    {"OrderPlaced",
     "order_id: 'o' currency_code: 'CNY' lines { quantity_micros: 1000000000000000000 unit_price_micros: 1000000000000000000 }",
     "AMOUNT_OUT_OF_RANGE lines[0].unit_price_micros"},
    {"OrderPlaced",
     "order_id: 'o' currency_code: 'CNY' lines { quantity_micros: 1000000 unit_price_micros: 1000000000000000000 } "
     "lines { quantity_micros: 1000000 unit_price_micros: 1 }",
     "AMOUNT_OUT_OF_RANGE lines"},
    {"CreditNoteIssued", "credit_note_id: 'n' currency_code: 'CNY'", "FIELD_INVALID lines"},
    {"InvoiceIssued", "invoice_id: 'i' amount { micros: 0 currency_code: 'EUR' } due_at { seconds: 1709285400 }",
     "AMOUNT_OUT_OF_RANGE amount"},
    {"InvoiceIssued", "invoice_id: 'i' due_at { seconds: 1709285400 }", "FIELD_INVALID amount"},
    {"InvoiceIssued", "invoice_id: 'i' amount " + kEur, "FIELD_INVALID due_at"},
    {"InvoiceIssued", "invoice_id: 'i' amount " + kEur + " due_at { seconds: 1709285399 }", "FIELD_INVALID due_at"},
    // 2029-03-01T09:30:00Z is the last instant of five years.
    {"InvoiceIssued", "invoice_id: 'i' amount " + kEur + " due_at { seconds: 1867051800 nanos: 1000 }", "FIELD_INVALID due_at"},
    {"PaymentReceived", "payment_id: 'p' invoice_id: 'i' amount { micros: -5 currency_code: 'EUR' }", "AMOUNT_OUT_OF_RANGE amount"},
    {"PaymentReceived", "payment_id: 'p' amount " + kEur, "FIELD_INVALID invoice_id"},
    {"ComplaintFiled", "complaint_id: 'c' severity: 3", "FIELD_INVALID severity"},
    {"ComplaintFiled", "complaint_id: 'c' level: 5", "FIELD_INVALID level"},
    {"SurveyAnswered", "survey_id: 's' score: 1 scale: 0", "FIELD_INVALID scale"},
    {"SurveyAnswered", "survey_id: 's' score: 1 scale: 8", "FIELD_INVALID scale"},
    {"SurveyAnswered", "survey_id: 's' score: 1 scale: -10", "FIELD_INVALID scale"},
    {"SurveyAnswered", "survey_id: 's' score: 11 scale: 10", "FIELD_INVALID score"},
    {"SurveyAnswered", "survey_id: 's' score: -1 scale: 10", "FIELD_INVALID score"},
    {"ReferralReceived", "referral_id: 'r'", "FIELD_INVALID referred_account_id"},
    {"ReferralReceived", "referral_id: 'r' referred_account_id: 'B' referral_class: 3", "FIELD_INVALID referral_class"},
    {"ReferralRecorded", "referral_id: 'r'", "FIELD_INVALID referring_account_id"},
    {"TierDeclared", "", "FIELD_INVALID tier"},
    {"TierDeclared", "tier: TIER_PARTNER target_tier: 5", "FIELD_INVALID target_tier"},
    {"TierOverridden", "tier: TIER_PARTNER reason: 'r'", "FIELD_INVALID expires_at"},
    {"TierOverridden", "tier: TIER_PARTNER expires_at { seconds: 1709285401 }", "FIELD_INVALID reason"},
    {"TierOverridden", "tier: TIER_PARTNER reason: 'r' expires_at { seconds: 1709285400 }", "FIELD_INVALID expires_at"},
    {"ClockAdvanced", "", "FIELD_INVALID to"},
    {"PolicyAdopted", "policy_name: 'p' version: 0 effective_at { seconds: 1 } control_epoch: 1", "FIELD_INVALID version"},
    {"PolicyAdopted", "policy_name: 'p' version: 1 effective_at { seconds: 1 }", "FIELD_INVALID control_epoch"},
};

}  // namespace

BOOST_TEST_DONT_PRINT_LOG_VALUE(Timestamp)

BOOST_AUTO_TEST_SUITE(event_decoder)

BOOST_DATA_TEST_CASE(each_type_is_admitted_with_its_least, kLeast, sample) {
  const auto body = Decode(RecordOf(sample.type, Payload(sample.type, sample.text)));
  BOOST_TEST(OutcomeOf(body.status()) == "OK");
  if (body.ok()) BOOST_TEST(relations::EntryOf(relations::TypeOf(*body)).name == sample.type);
}

BOOST_AUTO_TEST_CASE(the_table_of_least_events_has_every_type) {
  std::set<std::string_view> seen;
  for (const Case& sample : kLeast) seen.insert(sample.type);
  BOOST_TEST(seen.size() == relations::kEventTypes.size() - 1);
}

BOOST_DATA_TEST_CASE(each_rule_is_refused_with_its_reason_and_field, kRefused, sample) {
  BOOST_TEST(OutcomeOf(Decode(RecordOf(sample.type, Payload(sample.type, sample.text))).status()) == sample.outcome);
}

BOOST_AUTO_TEST_CASE(an_order_arrives_with_all_its_fields) {
  const auto e = Decoded<relations::OrderPlaced>("OrderPlaced", R"(order_id: 'o-1' currency_code: 'CNY' procurement: PROCUREMENT_INVITED
      project_id: 'pr' lines { product: 'pump' business_line: 'hydraulics' quantity_micros: 6000000 unit_price_micros: 2550000 unit_cost_micros: 0 }
      lines { product: 'pump' quantity_micros: 500000 unit_price_micros: 2 })");
  BOOST_TEST(e.order_id == "o-1");
  BOOST_TEST(e.currency.view() == "CNY");
  BOOST_TEST((e.procurement == relations::Procurement::kInvited));
  BOOST_TEST(e.project_id == "pr");
  BOOST_REQUIRE(e.lines.size() == 2u);
  BOOST_TEST((e.lines[0] == relations::OrderLine{"pump", "hydraulics", 6000000, 2550000, 0}));
  BOOST_TEST(!e.lines[1].unit_cost_micros.has_value());
}

BOOST_AUTO_TEST_CASE(a_visit_arrives_with_its_people) {
  const auto e =
      Decoded<relations::VisitHeld>("VisitHeld", R"(visit_id: 'v' kind: VISIT_KIND_MEETING first: true review_of: 'u' purpose: 'p'
      planned_minutes: 30 actual_minutes: 45 customers { contact_id: 'c' level: LEVEL_EXECUTIVE department: 'd' role: COMMITTEE_ROLE_USER }
      ours { employee: 'li' level: LEVEL_SENIOR })");
  BOOST_TEST((e.customers ==
              std::vector<relations::CustomerParticipant>{{"c", relations::Level::kExecutive, "d", relations::CommitteeRole::kUser}}));
  BOOST_TEST((e.ours == std::vector<relations::OurParticipant>{{"li", relations::Level::kSenior}}));
  BOOST_TEST((e.kind == relations::VisitKind::kMeeting && e.first && e.review_of == "u" && e.purpose == "p"));
  BOOST_TEST((e.planned_minutes == 30 && e.actual_minutes == 45));
}

BOOST_AUTO_TEST_CASE(a_change_says_which_fields_it_sets) {
  const auto e = Decoded<relations::AccountChanged>("AccountChanged", "name: '' ownership: OWNERSHIP_PRIVATE");
  BOOST_TEST((e.name == std::optional<std::string>("")));
  BOOST_TEST((e.ownership == relations::Ownership::kPrivate));
  BOOST_TEST((!e.account_type && !e.industry && !e.region));
}

BOOST_AUTO_TEST_CASE(times_are_cut_to_microseconds) {
  const auto e = Decoded<relations::ClockAdvanced>("ClockAdvanced", "to { seconds: -1 nanos: 999999999 }");
  BOOST_TEST(e.to.micros == -1);
}

BOOST_AUTO_TEST_CASE(a_message_reused_for_the_next_event_keeps_nothing_of_the_last) {
  Decoded<relations::OrderPlaced>("OrderPlaced", "order_id: 'o' currency_code: 'CNY' project_id: 'pr' " + kLine + kLine);
  const auto second = Decoded<relations::OrderPlaced>("OrderPlaced", "order_id: 'q' currency_code: 'EUR' " + kLine);
  BOOST_TEST(second.project_id.empty());
  BOOST_TEST(second.lines.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_field_of_a_later_version_is_ignored) {
  const std::string payload = Payload("OrderCancelled", "order_id: 'o'") + std::string("\xfa\x7f\x03xyz", 6);
  const auto body = Decode(RecordOf("OrderCancelled", payload));
  BOOST_REQUIRE(body.ok());
  BOOST_TEST(std::get<relations::OrderCancelled>(*body).order_id == "o");
}

BOOST_AUTO_TEST_CASE(an_unknown_type_is_kept_as_unknown) {
  Record record = RecordOf("OrderPlaced", "any bytes");
  record.type = 0;
  record.type_name = "com.example.Thing";
  record.content_type = "application/json";
  BOOST_TEST(std::get<relations::UnknownEvent>(*Decode(record)).type_name == "com.example.Thing");
  record.type = 65535;
  record.type_name.clear();
  BOOST_TEST(std::holds_alternative<relations::UnknownEvent>(*Decode(record)));
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_message_are_undecodable) {
  BOOST_TEST(OutcomeOf(Decode(RecordOf("OrderPlaced", "\x0a\xff")).status()) == "PAYLOAD_UNDECODABLE");
  Record json = RecordOf("OrderPlaced", "{}");
  json.content_type = "application/json";
  BOOST_TEST(OutcomeOf(Decode(json).status()) == "PAYLOAD_UNDECODABLE");
}

BOOST_AUTO_TEST_CASE(a_text_that_is_not_utf8_is_named) {
  BOOST_TEST(OutcomeOf(Decode(RecordOf("OrderCancelled", "\x0a\x02o\xff")).status()) == "TEXT_NOT_UTF8 order_id");
  BOOST_TEST(OutcomeOf(Decode(RecordOf("OrderPlaced", "\x1a\x03\x0a\x01\xff")).status()) == "TEXT_NOT_UTF8 lines[].product");
}

namespace {

SealedPart PartOf(const std::string& subject) { return {subject, std::string(16, 'k'), std::string(12, 'n'), std::string(16, 's')}; }

}  // namespace

BOOST_AUTO_TEST_CASE(sealed_parts_reach_the_event_with_what_unsealing_needs) {
  Record record = RecordOf("ContactAdded", Payload("ContactAdded", "contact_id: 'c' department: 'purchasing'"));
  record.sealed = {PartOf("c")};
  const auto body = Decode(record);
  BOOST_REQUIRE(body.ok());
  const std::string bytes = std::get<relations::ContactAdded>(*body).sealed_personal;
  const auto sealed = DecodeSealedPersonal(bytes);
  BOOST_REQUIRE(sealed.ok());
  BOOST_TEST(sealed->type == 201);
  BOOST_TEST((sealed->source == "test" && sealed->id == "1"));
  const SealedPartView& part = sealed->part;
  BOOST_TEST((part.subject == "c" && part.key_id == PartOf("c").key_id && part.nonce == PartOf("c").nonce));
  BOOST_TEST(part.ciphertext == PartOf("c").ciphertext);
  BOOST_TEST(ReasonOf(DecodeSealedPersonal(bytes.substr(0, bytes.size() - 1)).status())->name == "STORE_CORRUPT");
}

BOOST_AUTO_TEST_CASE(an_override_without_an_author_is_refused) {
  Record record =
      RecordOf("TierOverridden", Payload("TierOverridden", "tier: TIER_PARTNER reason: 'r' expires_at { seconds: 1709285401 }"));
  BOOST_TEST(OutcomeOf(Decode(record).status()) == "OK");
  record.actor.clear();
  BOOST_TEST(OutcomeOf(Decode(record).status()) == "FIELD_INVALID actor");
}

BOOST_AUTO_TEST_CASE(every_type_of_event_has_a_message_and_nothing_else_has_one) {
  for (size_t i = 1; i < relations::kEventTypes.size(); ++i) {
    const relations::EventType type = relations::kEventTypes[i].type;
    const auto message = NewEventMessage(type);
    BOOST_REQUIRE(message != nullptr);
    BOOST_TEST(message->GetDescriptor()->full_name() == relations::FullName(type));
  }
  BOOST_TEST(NewEventMessage(relations::EventType::kUnknown) == nullptr);
  BOOST_TEST(NewEventMessage(relations::EventType{999}) == nullptr);
}

BOOST_AUTO_TEST_CASE(sealed_parts_of_someone_else_are_refused) {
  Record record = RecordOf("ContactAdded", Payload("ContactAdded", "contact_id: 'c'"));
  record.sealed = {PartOf("c")};
  BOOST_TEST(OutcomeOf(Decode(record).status()) == "OK");
  for (const auto& parts :
       std::vector<std::vector<SealedPart>>{{PartOf("d")}, {PartOf("c"), PartOf("c")}, {{"c", "key", "nonce", "secret"}}}) {
    record.sealed = parts;
    BOOST_TEST(OutcomeOf(Decode(record).status()) == "FIELD_INVALID sealed");
  }
  Record order = RecordOf("OrderCancelled", Payload("OrderCancelled", "order_id: 'o'"));
  order.sealed = {PartOf("c")};
  BOOST_TEST(OutcomeOf(Decode(order).status()) == "FIELD_INVALID sealed");
  order.type = 0;
  order.type_name = "com.example.Note";
  BOOST_TEST(OutcomeOf(Decode(order).status()) == "FIELD_INVALID sealed");
}

BOOST_AUTO_TEST_CASE(a_decoded_event_carries_position_and_time) {
  EventDecoder decoder;
  const Record record = RecordOf("OrderCancelled", Payload("OrderCancelled", "order_id: 'o'"));
  const auto event = decoder.DecodeEvent(record.View(), Position(7));
  BOOST_REQUIRE(event.ok());
  BOOST_TEST((event->type == EventType::kOrderCancelled && event->position == Position(7) && event->occurred_at == kOccurredAt));
}

// Whatever the bytes, a decoder answers an event or one of its reasons.
BOOST_AUTO_TEST_CASE(damaged_payloads_are_answered_never_fatal) {
  const uint32_t seed = std::random_device{}();
  BOOST_TEST_INFO_SCOPE("seed " << seed);
  std::mt19937 random(seed);
  google::protobuf::LogSilencer silence;
  const std::set<std::string_view> known = {"PAYLOAD_UNDECODABLE", "TEXT_NOT_UTF8",       "FIELD_INVALID",
                                            "CURRENCY_UNKNOWN",    "AMOUNT_OUT_OF_RANGE", "LINE_AMOUNT_NOT_EXACT"};
  for (const Case& sample : kLeast) {
    const std::string good = Payload(sample.type, sample.text);
    for (int round = 0; round < 200; ++round) {
      std::string payload = good + std::string(random() % 4, static_cast<char>(random()));
      for (size_t i = 0; i < payload.size() / 4 + 1 && !payload.empty(); ++i)
        payload[random() % payload.size()] = static_cast<char>(random());
      const auto body = Decode(RecordOf(sample.type, payload));
      if (!body.ok()) BOOST_REQUIRE_MESSAGE(known.contains(ReasonOf(body.status())->name), body.status());
    }
  }
}

// Messages that are values inside events, not events.
const std::set<std::string> kValueMessages = {"Money", "PersonalFact", "CustomerParticipant", "OurParticipant", "ActionItem", "OrderLine"};

BOOST_AUTO_TEST_CASE(every_event_message_has_a_type_number_and_every_number_a_message) {
  std::set<std::string> messages;
  for (const pb::Descriptor* any :
       {event::v1::Money::descriptor(), event::v1::AccountOpened::descriptor(), event::v1::ContactAdded::descriptor(),
        event::v1::VisitHeld::descriptor(), event::v1::OpportunityOpened::descriptor(), event::v1::OrderPlaced::descriptor(),
        event::v1::ComplaintFiled::descriptor(), event::v1::TierDeclared::descriptor(), event::v1::ClockAdvanced::descriptor()}) {
    for (int i = 0; i < any->file()->message_type_count(); ++i) messages.insert(any->file()->message_type(i)->name());
  }
  for (const std::string& value : kValueMessages) BOOST_TEST(messages.erase(value) == 1u, value);
  for (const std::string& name : messages) BOOST_TEST((relations::EventTypeFromName(name) != EventType::kUnknown), name);
  BOOST_TEST(messages.size() == relations::kEventTypes.size() - 1);
}

BOOST_AUTO_TEST_SUITE_END()
