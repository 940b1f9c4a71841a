#include "importers/crm.h"

#include <set>

#include "base/reason.h"
#include "guanxi/event/v1/account.pb.h"
#include "guanxi/event/v1/opportunity.pb.h"
#include "unit/importers/import_fixture.h"

using namespace guanxi;
using namespace guanxi::importers;
namespace ev = guanxi::event::v1;

namespace {

constexpr char kAccountsHeader[] = "account,sector,year_established,revenue,employees,office_location,subsidiary_of\n";
constexpr char kPipelineHeader[] = "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n";

struct Crm : TemporaryFolder {
  ImportOptions options;
  CollectingSink sink;
  ImportReport report;

  Crm() {
    Accounts("Acme,technolgy,1996,1.5,2,United States,\nBluth,retail,1993,1.5,3,Philipines,Acme\n");
    Write("sales_teams.csv", "sales_agent,manager,regional_office\nMoses Frase,Dustin Brinkmann,Central\nAnna Snelling,Cara Losch,East\n");
    Write("products.csv", "product,series,sales_price\nGTX Pro,GTX,4821\n");
    Pipeline("");
  }
  void Accounts(const std::string& rows) { Write("accounts.csv", kAccountsHeader + rows); }
  void Pipeline(const std::string& rows) { Write("sales_pipeline.csv", kPipelineHeader + rows); }
  void ImportFolder(const std::string& folder) {
    BOOST_REQUIRE(ImportCrm(folder, options, sink, report).ok());
    CheckEveryRowIsAccountedFor(report);
  }
  void Import() { ImportFolder(path()); }
  const guanxi::v1::NewEvent& Event(const std::string& account, const std::string& id) {
    for (const auto& event : sink.events)
      if (event.account_id() == account && event.id() == id) return event;
    BOOST_FAIL("no event " << id << " of " << account);
    std::abort();
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(crm_suite, Crm)

BOOST_AUTO_TEST_CASE(an_account_opens_at_its_first_engage_date_with_sector_and_location) {
  Pipeline(
      "2,Moses Frase,GTX Pro,Acme,Engaging,2017-02-02,,\n"
      "1,Moses Frase,GTX Pro,Acme,Engaging,2017-01-01,,\n");
  Import();
  const auto& event = Event("Acme", "opened");
  BOOST_TEST(TimeOf(event) == "2017-01-01T00:00:00Z");
  BOOST_TEST(event.source() == "urn:guanxi:import:crm");
  const auto opened = As<ev::AccountOpened>(event);
  BOOST_TEST(opened.name() == "Acme");
  BOOST_TEST(opened.industry() == "technology");
  BOOST_TEST(opened.region() == "United States");
  BOOST_TEST(opened.currency_code() == "USD");
  BOOST_TEST(opened.account_type() == ev::ACCOUNT_TYPE_GROUP);
  BOOST_TEST(TimeOf(Event("Bluth", "opened")) == "2017-01-01T00:00:00Z");
  BOOST_TEST(As<ev::AccountOpened>(Event("Bluth", "opened")).account_type() == ev::ACCOUNT_TYPE_UNSPECIFIED);
}

BOOST_AUTO_TEST_CASE(a_subsidiary_joins_its_parents_group) {
  Import();
  BOOST_TEST(As<ev::GroupJoined>(Event("Bluth", "group")).group_account_id() == "Acme");
}

BOOST_AUTO_TEST_CASE(the_owner_is_the_agent_with_most_opportunities) {
  Pipeline(
      "1,Anna Snelling,GTX Pro,Acme,Engaging,2017-01-01,,\n"
      "2,Moses Frase,GTX Pro,Acme,Engaging,2017-01-02,,\n"
      "3,Moses Frase,GTX Pro,Acme,Engaging,2017-01-03,,\n"
      "4,Moses Frase,GTX Pro,Bluth,Engaging,2017-01-04,,\n"
      "5,Anna Snelling,GTX Pro,Bluth,Engaging,2017-01-05,,\n");
  Import();
  const auto owner = As<ev::OwnerAssigned>(Event("Acme", "owner"));
  BOOST_TEST(owner.owner() == "Moses Frase");
  BOOST_TEST(owner.manager() == "Dustin Brinkmann");
  BOOST_TEST(owner.region() == "Central");
  BOOST_TEST(As<ev::OwnerAssigned>(Event("Bluth", "owner")).owner() == "Anna Snelling");
}

BOOST_AUTO_TEST_CASE(opportunities_open_at_the_engage_date_and_close_at_the_close_date) {
  Pipeline(
      "W,Moses Frase,GTX Pro,Acme,Won,2016-10-20,2017-03-01,1054.5\n"
      "L,Moses Frase,GTX Pro,Acme,Lost,2016-10-21,2017-03-02,0\n");
  Import();
  const auto opened = As<ev::OpportunityOpened>(Event("Acme", "opportunity-W-opened"));
  BOOST_TEST(opened.opportunity_id() == "W");
  BOOST_TEST(opened.kind() == ev::OPPORTUNITY_KIND_ACCOUNT);
  BOOST_TEST(opened.name() == "GTX Pro");
  BOOST_TEST(opened.business_line() == "GTX");
  BOOST_TEST(opened.expected_amount().micros() == 4'821'000'000);
  BOOST_TEST(opened.owner() == "Moses Frase");
  BOOST_TEST(TimeOf(Event("Acme", "opportunity-W-opened")) == "2016-10-20T00:00:00Z");
  const auto won = As<ev::OpportunityWon>(Event("Acme", "opportunity-W-closed"));
  BOOST_TEST(won.amount().micros() == 1'054'500'000);
  BOOST_TEST(won.amount().currency_code() == "USD");
  BOOST_TEST(As<ev::OpportunityLost>(Event("Acme", "opportunity-L-closed")).opportunity_id() == "L");
  BOOST_TEST(TimeOf(Event("Acme", "opportunity-L-closed")) == "2017-03-02T00:00:00Z");
}

BOOST_AUTO_TEST_CASE(what_is_missing_decides_why_an_opportunity_is_skipped) {
  Pipeline(
      "1,Moses Frase,GTX Pro,,Engaging,2017-01-01,,\n"
      "2,Moses Frase,GTX Pro,Acme,Prospecting,,,\n"
      "3,Moses Frase,GTX Pro,,Prospecting,,,\n"
      "4,Moses Frase,GTX Pro,Nobody,Engaging,2017-01-01,,\n");
  Import();
  for (const Outcome outcome : {Outcome::kNoAccount, Outcome::kNoEngageDate, Outcome::kNoAccountAndNoEngageDate, Outcome::kUnknownAccount})
    BOOST_TEST(report.Count(outcome) == 1, NameOf(outcome));
  BOOST_TEST(report.Count(Outcome::kWithoutAccount) == 2);
  BOOST_TEST(report.Count(Outcome::kWithoutEngageDate) == 2);
}

BOOST_AUTO_TEST_CASE(spellings_are_corrected_by_the_table_and_counted) {
  Pipeline("1,Moses Frase,GTXPro,Acme,Engaging,2017-01-01,,\n");
  Import();
  BOOST_TEST(As<ev::OpportunityOpened>(Event("Acme", "opportunity-1-opened")).business_line() == "GTX");
  BOOST_TEST(report.Count(Outcome::kProductCorrected) == 1);
  BOOST_TEST(report.Count(Outcome::kSectorCorrected) == 1);
  BOOST_TEST(report.Count(Outcome::kLocationCorrected) == 1);
  BOOST_TEST(As<ev::AccountOpened>(Event("Bluth", "opened")).region() == "Philippines");
}

BOOST_AUTO_TEST_CASE(unknown_names_are_noted_and_the_facts_kept) {
  Accounts("Acme,retail,1996,1,2,US,Elsewhere\n");
  Pipeline("1,Nobody,Gadget,Acme,Engaging,2017-01-01,,\n");
  Import();
  const auto opened = As<ev::OpportunityOpened>(Event("Acme", "opportunity-1-opened"));
  BOOST_TEST(opened.name() == "Gadget");
  BOOST_TEST(!opened.has_expected_amount());
  BOOST_TEST(As<ev::OwnerAssigned>(Event("Acme", "owner")).manager() == "");
  for (const Outcome outcome : {Outcome::kUnknownProduct, Outcome::kUnknownAgent, Outcome::kUnknownParent})
    BOOST_TEST(report.Count(outcome) == 1, NameOf(outcome));
}

BOOST_AUTO_TEST_CASE(broken_rows_of_every_table_are_named) {
  Accounts("A/B,retail,1996,1,2,US,\nAcme,retail,1996,1,2,US,\nAcme,retail,1996,1,2,US,\n");
  Write("products.csv", "product,series,sales_price\nGTX Pro,GTX,cheap\n");
  Pipeline(
      "1,Moses Frase,GTX Pro,Acme,Dreaming,2017-01-01,,\n"
      "2,Moses Frase,GTX Pro,Acme,Engaging,2017-13-01,,\n"
      "3,Moses Frase,GTX Pro,Acme,Won,2017-01-02,2017-01-01,5\n"
      "4,Moses Frase,GTX Pro,Acme,Won,2017-01-02,2017-01-03,\n"
      "5,Moses Frase,GTX Pro,Acme,Lost,2017-01-02,,0\n"
      ",Moses Frase,GTX Pro,Acme,Engaging,2017-01-02,,\n");
  Import();
  BOOST_TEST(report.Count(Outcome::kBadId) == 2);
  BOOST_TEST(report.Count(Outcome::kDuplicateKey) == 1);
  BOOST_TEST(report.Count(Outcome::kBadNumber) == 2);
  BOOST_TEST(report.Count(Outcome::kUnknownStage) == 1);
  BOOST_TEST(report.Count(Outcome::kBadTime) == 2);
  BOOST_TEST(report.Count(Outcome::kCloseBeforeEngage) == 1);
  BOOST_TEST(report.problems.back().file == path() + "/sales_pipeline.csv");
  BOOST_TEST(report.problems.back().line == 7);
}

BOOST_AUTO_TEST_CASE(a_folder_without_one_of_the_files_is_refused) {
  std::filesystem::remove(path() + "/products.csv");
  const absl::Status status = ImportCrm(path(), options, sink, report);
  BOOST_TEST((ReasonOf(status)->reason == Reason::REQUEST_INVALID));
  BOOST_TEST(std::string(status.message()).find("products.csv") != std::string::npos);
  BOOST_TEST(sink.events.empty());
}

BOOST_AUTO_TEST_CASE(the_sales_pipeline_imports_to_its_known_figures) {
  const SharedData shared;
  if (!shared.Present()) return;
  ImportFolder(shared.Path("crm"));
  BOOST_TEST(report.rows_read == 85 + 35 + 7 + 8'800);
  BOOST_TEST(report.Count(Outcome::kWithoutEngageDate) == 500);
  BOOST_TEST(report.Count(Outcome::kWithoutAccount) == 1'425);
  BOOST_TEST(report.Count(Outcome::kNoAccount) == 1'088);
  BOOST_TEST(report.Count(Outcome::kNoEngageDate) == 163);
  BOOST_TEST(report.Count(Outcome::kNoAccountAndNoEngageDate) == 337);
  BOOST_TEST(report.rows_skipped() == 1'588);
  BOOST_TEST(report.Count(Outcome::kProductCorrected) == 1'480);
  BOOST_TEST(report.Count(Outcome::kSectorCorrected) == 12);
  BOOST_TEST(report.problems.empty());
  auto types = CountTypes(sink.events);
  BOOST_TEST(types["AccountOpened"] == 85);
  BOOST_TEST(types["GroupJoined"] == 15);
  BOOST_TEST(types["OwnerAssigned"] == 85);
  BOOST_TEST(types["OpportunityOpened"] == 7'212);
  BOOST_TEST(types["OpportunityWon"] == 4'238);
  BOOST_TEST(types["OpportunityLost"] == 2'473);
  std::set<std::string> keys;
  for (const auto& event : sink.events) BOOST_REQUIRE(keys.insert(event.account_id() + "/" + event.id()).second);
}

BOOST_AUTO_TEST_SUITE_END()
