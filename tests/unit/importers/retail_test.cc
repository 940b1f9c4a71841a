#include "importers/retail.h"

#include <set>

#include "guanxi/event/v1/account.pb.h"
#include "guanxi/event/v1/trade.pb.h"
#include "unit/importers/import_fixture.h"

using namespace guanxi;
using namespace guanxi::importers;
namespace ev = guanxi::event::v1;

namespace {

struct Retail : TemporaryFolder {
  ImportOptions options;
  CollectingSink sink;
  ImportReport report;

  absl::Status ImportFile(const std::string& path) {
    const absl::Status status = ImportRetail(path, options, sink, report);
    CheckEveryRowIsAccountedFor(report);
    return status;
  }
  void Import(const std::string& rows) {
    const std::string header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";
    BOOST_REQUIRE(ImportFile(Write("retail.csv", header + rows)).ok());
  }
  const guanxi::v1::NewEvent& Event(size_t index) { return sink.events.at(index); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(retail_suite, Retail)

BOOST_AUTO_TEST_CASE(an_invoice_becomes_one_order_of_an_account_whose_region_is_told_before_it) {
  Import(
      "536365,85123A,LANTERN,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom\n"
      "536365,71053,\"A, \"\"B\"\"\",8,2010-12-01 08:26:00,3.39,17850.0,United Kingdom\n");
  BOOST_REQUIRE_EQUAL(sink.events.size(), 2);
  BOOST_TEST(Event(0).account_id() == "17850");
  BOOST_TEST(Event(0).id() == "region-536365@2010-12-01T08:26:00");
  BOOST_TEST(Event(0).source() == "urn:guanxi:import:online-retail");
  BOOST_TEST(TimeOf(Event(0)) == "2010-12-01T08:26:00Z");
  BOOST_TEST(As<ev::AccountChanged>(Event(0)).region() == "United Kingdom");
  BOOST_TEST(Event(1).id() == "536365@2010-12-01T08:26:00");
  const auto order = As<ev::OrderPlaced>(Event(1));
  BOOST_TEST(order.order_id() == "536365@2010-12-01T08:26:00");
  BOOST_TEST(order.currency_code() == "GBP");
  BOOST_REQUIRE_EQUAL(order.lines_size(), 2);
  BOOST_TEST(order.lines(0).product() == "85123A");
  BOOST_TEST(order.lines(0).quantity_micros() == 6'000'000);
  BOOST_TEST(order.lines(0).unit_price_micros() == 2'550'000);
  BOOST_TEST(FormatTimestamp(*report.newest_occurred_at) == "2010-12-01T08:26:00Z");
}

BOOST_AUTO_TEST_CASE(equal_lines_of_an_invoice_all_count) {
  const std::string row = "1,A,X,1,2010-12-01 08:26:00,1.00,7.0,UK\n";
  Import(row + row + row);
  BOOST_TEST(As<ev::OrderPlaced>(Event(1)).lines_size() == 3);
  BOOST_TEST(report.rows_used == 3);
}

BOOST_AUTO_TEST_CASE(rows_of_one_invoice_need_not_be_adjacent) {
  Import(
      "1,A,X,1,2010-12-01 08:26:00,1.00,7.0,UK\n"
      "2,A,X,1,2010-12-01 08:27:00,1.00,8.0,UK\n"
      "1,B,X,1,2010-12-01 08:26:00,1.00,7.0,UK\n");
  BOOST_TEST(As<ev::OrderPlaced>(Event(1)).lines_size() == 2);
  BOOST_TEST(sink.events.size() == 4);
}

BOOST_AUTO_TEST_CASE(an_invoice_with_two_times_is_two_orders) {
  Import(
      "1,A,X,1,2010-12-01 08:26:00,1.00,7.0,UK\n"
      "1,B,X,1,2010-12-01 08:27:00,1.00,7.0,UK\n");
  BOOST_REQUIRE_EQUAL(sink.events.size(), 3);
  BOOST_TEST(Event(1).id() == "1@2010-12-01T08:26:00");
  BOOST_TEST(Event(2).id() == "1@2010-12-01T08:27:00");
}

// Found by a reviewer: the T of the id was written over a digit of the hour.
BOOST_AUTO_TEST_CASE(two_hours_of_a_day_without_hyphens_are_two_orders) {
  Import(
      "1,A,X,1,20101201 08:26:00,1.00,7.0,UK\n"
      "1,B,X,1,20101201 09:26:00,1.00,7.0,UK\n");
  BOOST_REQUIRE_EQUAL(sink.events.size(), 3);
  BOOST_TEST(Event(1).id() == "1@2010-12-01T08:26:00");
  BOOST_TEST(Event(2).id() == "1@2010-12-01T09:26:00");
}

// Found by a reviewer: the same export, once with seconds and once without, doubled the revenue.
BOOST_AUTO_TEST_CASE(a_time_gives_the_same_ids_in_every_spelling) {
  options.utc_offset_micros = 8 * kMicrosPerHour;
  std::set<std::string> bodies;
  for (const std::string time :
       {"2010-12-01 00:00:00", "2010-12-01 00:00", "2010-12-01T00:00", "20101201 00:00", "2010-12-01", "20101201"}) {
    sink.events.clear();
    Import("1,A,X,1," + time + ",1.00,7.0,UK\n");
    BOOST_REQUIRE_EQUAL(sink.events.size(), 2);
    bodies.insert(Event(0).SerializeAsString() + Event(1).SerializeAsString());
  }
  BOOST_TEST(bodies.size() == 1);
  BOOST_TEST(Event(1).id() == "1@2010-12-01T00:00:00");
}

BOOST_AUTO_TEST_CASE(a_day_that_comes_again_in_another_spelling_comes_again) {
  Import(
      "1,A,X,1,2010-12-01 08:26:00,1.0,7.0,UK\n"
      "2,A,X,1,2010-12-02 08:26:00,1.0,7.0,UK\n"
      "1,B,X,1,20101201 08:26:00,1.0,7.0,UK\n");
  BOOST_TEST(report.Count(Outcome::kDateReappears) == 1);
}

BOOST_AUTO_TEST_CASE(an_invoice_with_c_is_a_credit_note_with_positive_quantities) {
  Import("C536379,D,Discount,-1,2010-12-01 09:41:00,27.50,14527.0,United Kingdom\n");
  const auto note = As<ev::CreditNoteIssued>(Event(1));
  BOOST_TEST(note.credit_note_id() == "C536379@2010-12-01T09:41:00");
  BOOST_TEST(note.order_id() == "");
  BOOST_TEST(note.lines(0).quantity_micros() == 1'000'000);
  BOOST_TEST(note.lines(0).unit_price_micros() == 27'500'000);
}

BOOST_AUTO_TEST_CASE(a_price_of_zero_stays_a_line_and_is_counted) {
  Import("1,A,X,1,2010-12-01 08:26:00,0.0,7.0,UK\n");
  BOOST_TEST(As<ev::OrderPlaced>(Event(1)).lines(0).unit_price_micros() == 0);
  BOOST_TEST(report.Count(Outcome::kZeroPrice) == 1);
  BOOST_TEST(report.rows_used == 1);
}

BOOST_AUTO_TEST_CASE(rows_without_customer_are_skipped_and_what_they_were_is_noted) {
  Import(
      "1,A,X,1,2010-12-01 08:26:00,1.0,,UK\n"
      "2,A,X,-4,2010-12-01 08:26:00,0.0,,UK\n"
      "C3,A,X,-1,2010-12-01 08:26:00,5.0,,UK\n"
      "A4,B,Adjust bad debt,1,2010-12-01 08:26:00,-11062.06,,UK\n");
  BOOST_TEST(sink.events.empty());
  BOOST_TEST(report.Count(Outcome::kNoCustomer) == 4);
  BOOST_TEST(report.Count(Outcome::kNoCustomerNegativeQuantity) == 1);
  BOOST_TEST(report.Count(Outcome::kNoCustomerZeroPrice) == 1);
  BOOST_TEST(report.Count(Outcome::kNoCustomerCancellation) == 1);
  BOOST_TEST(report.Count(Outcome::kNoCustomerNegativePrice) == 1);
}

BOOST_AUTO_TEST_CASE(rows_of_a_customer_that_are_no_lines_are_skipped_by_reason) {
  Import(
      "1,A,X,1,2010-12-01 08:26:00,-1.0,7.0,UK\n"
      "A2,A,X,1,2010-12-01 08:26:00,1.0,7.0,UK\n"
      "3,A,X,0,2010-12-01 08:26:00,1.0,7.0,UK\n"
      "C4,A,X,1,2010-12-01 08:26:00,1.0,7.0,UK\n"
      "5,A,X,-1,2010-12-01 08:26:00,1.0,7.0,UK\n");
  BOOST_TEST(sink.events.empty());
  for (const Outcome outcome :
       {Outcome::kNegativePrice, Outcome::kNotAnOrder, Outcome::kZeroQuantity, Outcome::kPositiveCancellation, Outcome::kNegativeQuantity})
    BOOST_TEST(report.Count(outcome) == 1, NameOf(outcome));
}

BOOST_AUTO_TEST_CASE(broken_rows_name_file_and_line_and_stop_nothing_else) {
  Import(
      "1,A,X,1,2010-12-01 08:26:00,1.0,7.0\n"
      "1,A,X,many,2010-12-01 08:26:00,1.0,7.0,UK\n"
      "1,A,X,1,2010-02-30 08:26:00,1.0,7.0,UK\n"
      "1,A,X,1,2010-12-01 08:26:00,1.0.0,7.0,UK\n"
      "1,A,X,1,2010-12-01 08:26:00,1.0,7/8,UK\n"
      "1,A,\xff,1,2010-12-01 08:26:00,1.0,7.0,UK\n"
      "1,A,\"X\"Y,1,2010-12-01 08:26:00,1.0,7.0,UK\n"
      "1,A,X,1,2010-12-01 08:26:00,1.0,7.0,UK\n");
  BOOST_TEST(sink.events.size() == 2);
  BOOST_REQUIRE_EQUAL(report.problems.size(), 7);
  const Outcome expected[] = {Outcome::kWrongFieldCount, Outcome::kBadNumber, Outcome::kBadTime,     Outcome::kBadNumber,
                              Outcome::kBadId,           Outcome::kNotUtf8,   Outcome::kMalformedRow};
  for (size_t i = 0; i < 7; ++i) {
    BOOST_TEST(NameOf(report.problems[i].outcome) == NameOf(expected[i]));
    BOOST_TEST(report.problems[i].line == i + 2);
    BOOST_TEST(report.problems[i].file == path() + "/retail.csv");
  }
  BOOST_TEST(report.problems[1].what == "Quantity 'many'");
}

BOOST_AUTO_TEST_CASE(all_broken_rows_are_counted_also_beyond_those_named) {
  options.problems_max = 1;
  Import("x\ny\nz\n");
  BOOST_TEST(report.problems.size() == 1);
  BOOST_TEST(report.Count(Outcome::kWrongFieldCount) == 3);
}

BOOST_AUTO_TEST_CASE(a_date_that_comes_again_cannot_add_to_orders_already_given) {
  Import(
      "1,A,X,1,2010-12-01 08:26:00,1.0,7.0,UK\n"
      "2,A,X,1,2010-12-02 08:26:00,1.0,7.0,UK\n"
      "1,B,X,1,2010-12-01 08:26:00,1.0,7.0,UK\n"
      "2,B,X,1,2010-12-02 08:26:00,1.0,7.0,UK\n");
  BOOST_TEST(report.Count(Outcome::kDateReappears) == 1);
  BOOST_REQUIRE_EQUAL(sink.events.size(), 3);
  BOOST_TEST(As<ev::OrderPlaced>(Event(2)).lines_size() == 2);
}

BOOST_AUTO_TEST_CASE(an_invoice_from_another_country_changes_the_accounts_region_before_it) {
  Import(
      "1,A,X,1,2010-12-01 08:26:00,1.0,7.0,Cyprus\n"
      "2,A,X,1,2010-12-02 08:26:00,1.0,7.0,Austria\n"
      "3,A,X,1,2010-12-03 08:26:00,1.0,7.0,Unspecified\n");
  BOOST_REQUIRE_EQUAL(sink.events.size(), 5);
  BOOST_TEST(As<ev::AccountChanged>(Event(2)).region() == "Austria");
  BOOST_TEST(Event(2).id() == "region-2@2010-12-02T08:26:00");
  BOOST_TEST(report.Count(Outcome::kRegionChanged) == 1);
  BOOST_TEST(report.Count(Outcome::kRegionUnspecified) == 1);
}

// Found by a reviewer: what opened a customer's account had another time in the second file, and was parked at every run.
BOOST_AUTO_TEST_CASE(files_that_follow_each_other_say_nothing_that_contradicts) {
  const std::string first = "1,A,X,1,2010-12-01 08:26:00,1.0,7.0,Cyprus\n", second = "2,A,X,1,2010-12-02 08:26:00,1.0,7.0,Cyprus\n";
  Import(first + second);
  Import(second);
  Import(first);
  std::map<std::string, std::string> bodies;
  for (const auto& event : sink.events) {
    const auto [known, is_new] = bodies.try_emplace(event.account_id() + "/" + event.id(), event.SerializeAsString());
    BOOST_TEST((is_new || known->second == event.SerializeAsString()), event.id());
  }
}

BOOST_AUTO_TEST_CASE(numbers_of_other_customers_are_kept_apart_by_a_prefix) {
  options.account_prefix = "shop-";
  Import("1,A,X,1,2010-12-01 08:26:00,1.0,7.0,UK\n");
  BOOST_TEST(Event(0).account_id() == "shop-7");
  BOOST_TEST(Event(1).account_id() == "shop-7");
}

BOOST_AUTO_TEST_CASE(offset_and_currency_are_the_callers) {
  options.utc_offset_micros = kMicrosPerHour;
  options.currency = "EUR";
  Import("1,A,X,1,2010-12-01 08:26:00,1.0,7.0,UK\n");
  BOOST_TEST(TimeOf(Event(1)) == "2010-12-01T07:26:00Z");
  BOOST_TEST(Event(1).id() == "1@2010-12-01T08:26:00");
  BOOST_TEST(As<ev::OrderPlaced>(Event(1)).currency_code() == "EUR");
}

BOOST_AUTO_TEST_CASE(a_file_without_a_needed_column_is_refused_before_the_first_event) {
  const absl::Status status = ImportFile(Write("other.csv", "InvoiceNo,StockCode\n1,A\n"));
  BOOST_TEST(status.code() == absl::StatusCode::kInvalidArgument);
  BOOST_TEST(std::string(status.message()).find("Quantity") != std::string::npos);
  BOOST_TEST(sink.events.empty());
}

BOOST_AUTO_TEST_CASE(a_sink_that_refuses_ends_the_import_with_its_status) {
  struct Refusing final : EventSink {
    absl::Status Accept(guanxi::v1::NewEvent&&) override { return absl::UnavailableError("gone"); }
  } refusing;
  const std::string file = Write("r.csv",
                                 "InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
                                 "1,A,1,2010-12-01 08:26:00,1.0,7.0,UK\n");
  BOOST_TEST(ImportRetail(file, options, refusing, report) == absl::UnavailableError("gone"));
  BOOST_TEST(report.events == 0);
}

BOOST_AUTO_TEST_CASE(the_year_of_the_wholesaler_imports_to_its_known_figures) {
  const SharedData shared;
  if (!shared.Present()) return;
  ImportProgress last;
  uint64_t calls = 0;
  options.progress = [&](const ImportProgress& progress) {
    BOOST_TEST(progress.bytes_done >= last.bytes_done);
    last = progress;
    ++calls;
  };
  BOOST_REQUIRE(ImportFile(shared.Path("online-retail/online_retail.csv.gz")).ok());
  BOOST_TEST(report.rows_read == 541'909);
  BOOST_TEST(report.rows_used == 406'829);
  BOOST_TEST(report.Count(Outcome::kNoCustomer) == 135'080);
  BOOST_TEST(report.rows_skipped() == 135'080);
  BOOST_TEST(report.Count(Outcome::kNoCustomerCancellation) == 383);
  BOOST_TEST(report.Count(Outcome::kNoCustomerNegativeQuantity) == 1'336);
  BOOST_TEST(report.Count(Outcome::kNoCustomerZeroPrice) == 2'475);
  BOOST_TEST(report.Count(Outcome::kNoCustomerNegativePrice) == 2);
  BOOST_TEST(report.Count(Outcome::kZeroPrice) == 40);
  BOOST_TEST(report.problems.empty());
  BOOST_TEST(FormatTimestamp(*report.newest_occurred_at) == "2011-12-09T12:50:00Z");
  BOOST_TEST(last.bytes_done == last.bytes_total);
  BOOST_TEST(last.rows == 541'909);
  BOOST_TEST(calls == 55);

  auto types = CountTypes(sink.events);
  BOOST_TEST(types["AccountOpened"] == 0);
  BOOST_TEST(types["AccountChanged"] == 4'372 + report.Count(Outcome::kRegionChanged) - 4);
  uint64_t lines = 0, largest = 0;
  std::set<std::string> keys;
  for (const auto& event : sink.events) {
    BOOST_REQUIRE(keys.insert(event.account_id() + "/" + event.id()).second);
    largest = std::max<uint64_t>(largest, event.ByteSizeLong());
    if (TypeOf(event) == "OrderPlaced") lines += static_cast<uint64_t>(As<ev::OrderPlaced>(event).lines_size());
    if (TypeOf(event) == "CreditNoteIssued") lines += static_cast<uint64_t>(As<ev::CreditNoteIssued>(event).lines_size());
  }
  BOOST_TEST(lines == 406'829);
  BOOST_TEST(largest < 1 << 20);
}

BOOST_AUTO_TEST_SUITE_END()
