#include <boost/test/unit_test.hpp>

#include "unit/relations/scene.h"

using namespace guanxi;
using namespace guanxi::relations;

namespace {

std::string Revenue(const Scene& scene) { return FormatMicros(scene.core().totals.at(0).net.revenue); }

}  // namespace

BOOST_AUTO_TEST_SUITE(trade_suite)

BOOST_AUTO_TEST_CASE(an_order_counts_in_its_month_and_for_ever) {
  Scene acme;
  acme.Happens("2024-03-05", MakeOrder("o1", {{"pumps", 100, 60}, {"valves", 50, {}}}));
  acme.Happens("2024-03-31T23:59:59Z", MakeOrder("o2", 30));
  BOOST_TEST(Revenue(acme) == "180.00");
  BOOST_TEST(FormatMicros(acme.core().totals.at(0).net.profit) == "40.00");  // only the line that states a cost
  BOOST_TEST(FormatMicros(acme.core().totals.at(0).net.units) == "3.00");
  BOOST_TEST(acme.core().currency.view() == "EUR");
  const MonthSums* march = acme.Row<MonthSums>("2024-03");
  BOOST_REQUIRE(march);
  BOOST_TEST(march->currencies.at(0).orders == 2u);
  BOOST_TEST(FormatMicros(march->currencies.at(0).net.revenue) == "180.00");
  BOOST_TEST(acme.core().months.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_cancellation_burdens_its_own_month_and_the_order_still_was_one) {
  Scene acme;
  acme.Happens("2024-03-05", MakeOrder("o1", 100));
  acme.Happens("2024-04-02", OrderCancelled{.order_id = "o1"});
  BOOST_TEST(Revenue(acme) == "0.00");
  BOOST_TEST(FormatMicros(acme.Row<MonthSums>("2024-03")->currencies.at(0).net.revenue) == "100.00");
  BOOST_TEST(FormatMicros(acme.Row<MonthSums>("2024-04")->currencies.at(0).net.revenue) == "-100.00");
  BOOST_TEST(acme.Row<MonthSums>("2024-04")->currencies.at(0).cancellations == 1u);
  BOOST_TEST(acme.core().counts.orders == 1u);
  BOOST_TEST(acme.Row<Order>("o1")->cancelled_at.has_value());
}

BOOST_AUTO_TEST_CASE(a_credit_note_reduces_project_income_only_when_its_order_had_a_project) {
  Scene acme;
  OrderPlaced order = MakeOrder("o1", 100);
  order.project_id = "plant";
  acme.Happens("2024-03-05", order);
  acme.Happens("2024-03-06",
               CreditNoteIssued{.credit_note_id = "c1", .order_id = "o1", .currency = kEur, .lines = MakeOrder("", 30).lines});
  acme.Happens("2024-03-07", CreditNoteIssued{.credit_note_id = "c2", .currency = kEur, .lines = MakeOrder("", 20).lines});
  BOOST_TEST(Revenue(acme) == "50.00");
  BOOST_TEST(FormatMicros(acme.core().totals.at(0).net.project_income) == "70.00");
}

BOOST_AUTO_TEST_CASE(other_currencies_are_kept_apart_but_an_order_is_an_order) {
  Scene acme;
  acme.Happens("2024-03-05", MakeOrder("o1", 100));
  const auto anomalies = acme.Anomalies("2024-03-06", MakeOrder("o2", {{"pumps", 999, {}}}, kUsd));
  BOOST_TEST(anomalies == std::vector<std::string>{"FOREIGN_CURRENCY"}, boost::test_tools::per_element());
  BOOST_TEST(acme.core().totals.size() == 2u);
  BOOST_TEST(FormatMicros(acme.core().months.at(0).net.revenue) == "100.00");
  BOOST_TEST(acme.core().months.at(0).orders == 2u);
  BOOST_TEST(acme.core().months.at(0).lines.size == 1);
}

BOOST_AUTO_TEST_CASE(quantities_and_prices_with_decimals_multiply_exactly) {
  Scene acme;
  OrderPlaced order{.order_id = "o", .currency = kEur};
  order.lines.push_back({.quantity_micros = 2'500'000, .unit_price_micros = 3'210'000});                  // 2.5 * 3.21 = 8.025
  order.lines.push_back({.quantity_micros = 1'000'000'000'000'000, .unit_price_micros = 1'000'000'000});  // 10^9 pieces at 1000
  acme.Happens("2024-03-05", order);
  BOOST_TEST(Revenue(acme) == "1000000000008.025");
}

BOOST_AUTO_TEST_SUITE_END()
