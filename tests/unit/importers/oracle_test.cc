// The imported events against tests/oracles, which compute the same figures
// straight from the files, in another language.
#include <boost/json.hpp>
#include <cstdio>
#include <set>

#include "guanxi/event/v1/opportunity.pb.h"
#include "guanxi/event/v1/trade.pb.h"
#include "importers/cdnow.h"
#include "importers/crm.h"
#include "importers/retail.h"
#include "importers/text.h"
#include "unit/importers/import_fixture.h"

using namespace guanxi;
using namespace guanxi::importers;
namespace ev = guanxi::event::v1;
namespace json = boost::json;

namespace {

json::object AskOracle(const std::string& name, const std::string& arguments) {
  const std::string command = std::string(GUANXI_PYTHON) + " -B '" + GUANXI_SOURCE_DIR + "/tests/oracles/" + name + "' " + arguments;
  FILE* output = popen(command.c_str(), "r");
  BOOST_REQUIRE(output != nullptr);
  std::string text;
  char buffer[65536];
  for (size_t size = 0; (size = fread(buffer, 1, sizeof buffer, output)) > 0;) text.append(buffer, size);
  BOOST_REQUIRE_MESSAGE(pclose(output) == 0, command);
  return json::parse(text).as_object();
}

int64_t Micros(const json::value& decimal) { return ParseMicros(std::string_view(decimal.as_string())).value(); }

template <class Document>
int64_t AmountOf(const Document& document) {
  int64_t micros = 0;
  for (const auto& line : document.lines()) micros += line.quantity_micros() / 1'000'000 * line.unit_price_micros();
  return micros;
}

struct Imported : SharedData {
  CollectingSink sink;
  ImportReport report;
  template <class Import>
  std::vector<guanxi::v1::NewEvent>& Run(Import import, const std::string& name) {
    BOOST_REQUIRE(import(Path(name), ImportOptions{}, sink, report).ok());
    return sink.events;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(oracle_suite, Imported)

BOOST_AUTO_TEST_CASE(net_revenue_of_every_account_and_month_is_the_oracles) {
  if (!Present()) return;
  std::map<std::string, std::map<std::string, int64_t>> months;
  uint64_t orders = 0, notes = 0;
  for (const auto& event : Run(ImportRetail, "online-retail/online_retail.csv.gz")) {
    int64_t& net = months[event.account_id()][TimeOf(event).substr(0, 7)];
    if (TypeOf(event) == "OrderPlaced") ++orders, net += AmountOf(As<ev::OrderPlaced>(event));
    if (TypeOf(event) == "CreditNoteIssued") ++notes, net -= AmountOf(As<ev::CreditNoteIssued>(event));
  }
  const json::object oracle = AskOracle("retail_oracle.py", "'" + Path("online-retail/online_retail.csv.gz") + "'");
  BOOST_TEST(oracle.at("orders").as_int64() == static_cast<int64_t>(orders));
  BOOST_TEST(oracle.at("credit_notes").as_int64() == static_cast<int64_t>(notes));
  const auto& by_account = oracle.at("net_revenue_by_account_and_month").as_object();
  BOOST_REQUIRE_EQUAL(by_account.size(), months.size());
  for (const auto& [account, theirs] : by_account) {
    const auto& ours = months.at(std::string(account));
    BOOST_REQUIRE_EQUAL(theirs.as_object().size(), ours.size());
    for (const auto& [month, net] : theirs.as_object()) BOOST_REQUIRE_EQUAL(Micros(net), ours.at(std::string(month)));
  }
}

BOOST_AUTO_TEST_CASE(won_lost_and_amounts_of_every_agent_are_the_oracles) {
  if (!Present()) return;
  std::map<std::string, std::string> agents;  // account/opportunity -> agent
  struct Score {
    int64_t opened = 0, won = 0, lost = 0, micros = 0;
  };
  std::map<std::string, Score> scores;
  const auto score = [&](const guanxi::v1::NewEvent& event, const std::string& id) -> Score& {
    return scores[agents.at(event.account_id() + "/" + id)];
  };
  for (const auto& event : Run(ImportCrm, "crm")) {
    if (TypeOf(event) == "OpportunityOpened") {
      const auto opened = As<ev::OpportunityOpened>(event);
      agents[event.account_id() + "/" + opened.opportunity_id()] = opened.owner();
      ++score(event, opened.opportunity_id()).opened;
    } else if (TypeOf(event) == "OpportunityWon") {
      const auto won = As<ev::OpportunityWon>(event);
      ++score(event, won.opportunity_id()).won;
      score(event, won.opportunity_id()).micros += won.amount().micros();
    } else if (TypeOf(event) == "OpportunityLost") {
      ++score(event, As<ev::OpportunityLost>(event).opportunity_id()).lost;
    }
  }
  const json::object oracle = AskOracle("crm_oracle.py", "'" + Path("crm") + "'");
  const auto& by_agent = oracle.at("by_agent").as_object();
  BOOST_REQUIRE_EQUAL(by_agent.size(), scores.size());
  for (const auto& [agent, theirs] : by_agent) {
    const Score& ours = scores.at(std::string(agent));
    BOOST_TEST(theirs.at("opportunities").as_int64() == ours.opened, agent);
    BOOST_TEST(theirs.at("won").as_int64() == ours.won, agent);
    BOOST_TEST(theirs.at("lost").as_int64() == ours.lost, agent);
    BOOST_TEST(Micros(theirs.at("won_amount")) == ours.micros, agent);
  }
  const auto& skipped = oracle.at("skipped").as_object();
  BOOST_TEST(skipped.at("rows").as_int64() == static_cast<int64_t>(report.rows_skipped()));
  BOOST_TEST(skipped.at("without_account").as_int64() == static_cast<int64_t>(report.Count(Outcome::kWithoutAccount)));
  BOOST_TEST(oracle.at("corrected").at("GTXPro").as_int64() == static_cast<int64_t>(report.Count(Outcome::kProductCorrected)));
}

BOOST_AUTO_TEST_CASE(purchase_days_of_every_customer_are_the_published_ones) {
  if (!Present()) return;
  const Timestamp cutoff = ParseTimestamp("1997-09-30").value();
  std::map<std::string, std::set<int64_t>> days;
  for (const auto& event : Run(ImportCdnow, "cdnow/CDNOW_sample.txt")) {
    const Timestamp at = codec::FromProto(event.occurred_at());
    if (at <= cutoff) days[event.account_id()].insert(at.micros / kMicrosPerDay);
  }
  // The oracle ends with an error when it differs from the published table.
  const json::object oracle = AskOracle(
      "cdnow_oracle.py", "'" + Path("cdnow/CDNOW_sample.txt") + "' --summary '" + Path("cdnow/cdnow_customers_summary.csv") + "'");
  BOOST_TEST(oracle.at("published").at("equal").as_int64() == 2'357);
  const auto& by_account = oracle.at("by_account").as_object();
  BOOST_REQUIRE_EQUAL(by_account.size(), days.size());
  for (const auto& [account, theirs] : by_account) {
    const auto& ours = days.at(std::string(account));
    BOOST_TEST(theirs.at("frequency").as_int64() == static_cast<int64_t>(ours.size()) - 1);
    BOOST_TEST(theirs.at("recency_days").as_int64() == *ours.rbegin() - *ours.begin());
    BOOST_TEST(theirs.at("T_days").as_int64() == cutoff.micros / kMicrosPerDay - *ours.begin());
  }
}

BOOST_AUTO_TEST_SUITE_END()
