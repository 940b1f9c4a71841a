#include "support/reference/dimensions.h"

namespace guanxi::reference {
namespace {

// Adds the lines to the month, or takes them away (sign -1).
void Add(MonthSums& month, const std::vector<Line>& lines, bool of_project, int sign) {
  for (const Line& line : lines) {
    const int128 amount = DivideHalfEven(int128{line.quantity} * line.price, 1'000'000);
    month.revenue += sign * amount;
    month.units += sign * line.quantity;
    if (line.cost) month.profit += sign * (amount - DivideHalfEven(int128{line.quantity} * *line.cost, 1'000'000));
    if (of_project) month.project_income += sign * amount;
  }
}

}  // namespace

SumsByCurrency SumsOf(const Facts& facts, const BusinessCalendar& calendar) {
  SumsByCurrency sums;
  for (const auto& [id, order] : facts.orders) {
    auto& months = sums[order.currency];
    MonthSums& placed = months[calendar.MonthOf(order.at)];
    ++placed.orders;
    Add(placed, order.lines, order.of_project, 1);
    if (order.cancelled_at) Add(months[calendar.MonthOf(*order.cancelled_at)], order.lines, order.of_project, -1);
  }
  for (const auto& [id, note] : facts.credit_notes) Add(sums[note.currency][calendar.MonthOf(note.at)], note.lines, note.of_project, -1);
  return sums;
}

}  // namespace guanxi::reference
