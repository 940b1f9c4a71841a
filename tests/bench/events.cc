#include "bench/events.h"

#include <fmt/format.h>

#include "guanxi/event/v1/trade.pb.h"

namespace guanxi::bench {

uint64_t Mix(uint64_t n, uint64_t seed) {
  uint64_t x = n + seed * 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

std::string AccountName(uint64_t account, const std::string& prefix) { return fmt::format("{}-{:07}", prefix, account); }

void FillOrder(v1::NewEvent& event, const std::string& account, uint64_t id, Timestamp occurred_at) {
  thread_local event::v1::OrderPlaced order;
  if (order.lines_size() == 0) {
    order.set_currency_code("EUR");
    order.add_lines()->set_product("pump");
    order.mutable_lines(0)->set_quantity_micros(1'000'000);
  }
  event.set_id(fmt::format("order-{:010}", id));
  order.set_order_id(event.id());
  order.mutable_lines(0)->set_unit_price_micros(static_cast<int64_t>(100 + id % 900) * 1'000'000);
  event.set_source("/erp/orders");
  event.set_account_id(account);
  event.mutable_occurred_at()->set_seconds(occurred_at.micros / 1'000'000);
  event.mutable_occurred_at()->set_nanos(static_cast<int32_t>(occurred_at.micros % 1'000'000 * 1000));
  event.mutable_data()->set_type_url("type.googleapis.com/guanxi.event.v1.OrderPlaced");
  order.SerializeToString(event.mutable_data()->mutable_value());
}

}  // namespace guanxi::bench
