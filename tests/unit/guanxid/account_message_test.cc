// What answers say of an account: every count has a source, every change its rule
// in words and the weights that decided, every decision of people its author.
#include "guanxid/account_message.h"

#include <boost/test/unit_test.hpp>

#include "guanxi/event/v1/opportunity.pb.h"
#include "rpc/time.h"
#include "support/cluster_fixture.h"

using namespace guanxi;
using namespace guanxi::test;
namespace ev = guanxi::event::v1;

namespace {

class Office : public ClusterFixture {
 public:
  template <class Message>
  void Tell(const std::string& at, const Message& message, const std::string& actor = "") {
    codec::Record record = EventOf("acme", "e" + std::to_string(++events_), at, message);
    record.actor = actor;
    const auto outcome = Append(std::move(record));
    BOOST_REQUIRE_MESSAGE(outcome.status.ok(), outcome.status);
  }
  v1::Account Shown(v1::AccountView detail = v1::ACCOUNT_VIEW_FULL) {
    const auto account = service::AccountFrom(*ViewFor("acme"), Read("acme"), detail);
    BOOST_REQUIRE_MESSAGE(account.ok(), account.status());
    return *account;
  }
  v1::ExplainAccountResponse Why() {
    const auto why = service::ExplanationFrom(*ViewFor("acme"), Read("acme"));
    BOOST_REQUIRE_MESSAGE(why.ok(), why.status());
    return *why;
  }

 private:
  int events_ = 0;
};

template <class Message>
Message OfOpportunity(const std::string& id) {
  Message message;
  message.set_opportunity_id(id);
  return message;
}
template <class Message>
Message OfBid(const std::string& id) {
  Message message;
  message.set_bid_id(id);
  return message;
}

ev::InvoiceIssued Invoice(const std::string& id) {
  ev::InvoiceIssued invoice;
  invoice.set_invoice_id(id);
  invoice.mutable_amount()->set_micros(5'000'000);
  invoice.mutable_amount()->set_currency_code("EUR");
  *invoice.mutable_due_at() = rpc::ToProto(At("2025-12-31"));
  return invoice;
}

ev::TierOverridden Override() {
  ev::TierOverridden overridden;
  overridden.set_tier(ev::TIER_PARTNER);
  overridden.set_reason("framework agreement");
  *overridden.mutable_expires_at() = rpc::ToProto(At("2025-12-31"));
  return overridden;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(account_message_suite)

BOOST_AUTO_TEST_CASE(open_bids_and_invoices_unknown_events_and_closed_opportunities_are_counted) {
  Office office;
  for (const char* id : {"a", "b", "c", "d", "e", "f"}) office.Tell("2025-03-01", OfOpportunity<ev::OpportunityOpened>(id));
  for (const char* id : {"a", "b", "c"}) office.Tell("2025-03-02", OfOpportunity<ev::OpportunityWon>(id));
  office.Tell("2025-03-02", OfOpportunity<ev::OpportunityLost>("d"));
  office.Tell("2025-03-02", OfOpportunity<ev::OpportunityAbandoned>("e"));
  for (const char* id : {"x", "y"}) office.Tell("2025-03-03", OfBid<ev::BidSubmitted>(id));
  office.Tell("2025-03-04", OfBid<ev::BidLost>("x"));
  office.Tell("2025-03-05", Invoice("i1"));
  office.Tell("2025-03-05", Invoice("i2"));
  codec::Record news = Order("acme", "news", "2025-03-06", 1);
  news.type = 0;
  news.type_name = "com.example.News";
  BOOST_REQUIRE(office.Append(news).status.ok());
  const v1::AccountCounts counts = office.Shown().counts();
  BOOST_TEST(counts.open_opportunities() == 1u);
  BOOST_TEST(counts.won_opportunities() == 3u);
  BOOST_TEST(counts.lost_opportunities() == 1u);
  BOOST_TEST(counts.abandoned_opportunities() == 1u);
  BOOST_TEST(counts.open_bids() == 1u);
  BOOST_TEST(counts.open_invoices() == 2u);
  BOOST_TEST(counts.unknown_events() == 1u);
}

BOOST_AUTO_TEST_CASE(a_tier_change_tells_its_rule_in_words_and_the_weights_that_decided) {
  Office office;
  BOOST_REQUIRE(office.Append(Order("acme", "o1", "2025-03-01", 12'000'000)).status.ok());
  const v1::ExplainAccountResponse why = office.Why();
  BOOST_REQUIRE(why.history_size() == 1);
  const v1::TierChange& change = why.history(0);
  BOOST_TEST(change.to() == ev::TIER_PREFERRED);
  BOOST_TEST(change.decided_by() ==
             "score " + std::to_string(change.score()) + " >= 400 to enter PREFERRED, whose gates hold; no wait before the first change");
  BOOST_TEST(change.policy() == "standard 1");
  BOOST_REQUIRE(change.dimensions_after_size() == 8);
  BOOST_TEST(change.dimensions_after(0).weight() == 15);
  BOOST_TEST(change.dimensions_after(3).weight() == 20);
  BOOST_TEST(change.dimensions_before(3).weight() == 20);
  BOOST_TEST(change.evidence(0).id() == "o1");
}

BOOST_AUTO_TEST_CASE(an_explanation_shows_each_formula_with_the_accounts_numbers) {
  Office office;
  BOOST_REQUIRE(office.Append(Order("acme", "o1", "2025-03-01", 55'000)).status.ok());
  const v1::ExplainAccountResponse why = office.Why();
  BOOST_REQUIRE(why.dimensions_size() == 8);
  BOOST_TEST(why.dimensions(3).calculation() ==
             "revenue of 12 months 55,000.00 EUR: 200 + (55,000.00 - 10,000) x (400 - 200) / (100,000 - 10,000) = 300; "
             "weight 20 of 68: 88.2 of 294.1 points");
  BOOST_TEST(why.score_calculation() == "(15 x 0 + 20 x 0 + 20 x 300 + 8 x 1000 + 5 x 50) / 68 = 210");
  BOOST_TEST(why.account().score() == 210);
}

BOOST_AUTO_TEST_CASE(an_override_and_a_declared_tier_name_their_author_and_event) {
  Office office;
  ev::TierDeclared declared;
  declared.set_tier(ev::TIER_PREFERRED);
  office.Tell("2025-03-01", declared, "li");
  office.Tell("2025-03-02", Override(), "wang");
  const v1::Account account = office.Shown();
  BOOST_TEST(account.declared().evidence().actor() == "li");
  BOOST_TEST(account.tier_override().evidence().actor() == "wang");
  BOOST_TEST(account.tier_override().evidence().id() == "e2");
  BOOST_TEST(account.tier_override().reason() == "framework agreement");
  BOOST_TEST(account.computed_tier() == ev::TIER_ORDINARY);
  BOOST_TEST(!office.Shown(v1::ACCOUNT_VIEW_BASIC).tier_override().has_evidence());
}

BOOST_AUTO_TEST_CASE(an_override_without_an_author_is_parked) {
  ClusterFixture fixture;
  const auto outcome = fixture.Append(EventOf("acme", "e1", "2025-03-02", Override()));
  BOOST_TEST(outcome.parked_at.has_value());
}

BOOST_AUTO_TEST_SUITE_END()
