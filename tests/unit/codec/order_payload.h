// The protobuf payload of the order that the tests of the wire formats send as JSON.
#pragma once

#include <string>

#include "guanxi/event/v1/trade.pb.h"

namespace guanxi::codec {

inline std::string PayloadOfOrder() {
  event::v1::OrderPlaced order;
  order.set_order_id("o-1");
  order.set_currency_code("CNY");
  auto* line = order.add_lines();
  line->set_product("pump");
  line->set_quantity_micros(6000000);
  line->set_unit_price_micros(2550000);
  return order.SerializeAsString();
}

}  // namespace guanxi::codec
