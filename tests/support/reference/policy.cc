#include "support/reference/policy.h"

namespace guanxi::reference {

Policy Transactional() {
  Policy policy;
  policy.name = "transactional";
  policy.weight = {0, 0, 0, 50, 20, 0, 0, 30};
  policy.value_bands = {{0, 0}, {500, 200}, {2'000, 400}, {10'000, 600}, {50'000, 800}, {250'000, 1000}};
  policy.edges = {{{400, 350}, {550, 500}, {700, 650}}};
  policy.gates = {{{{"months_with_orders", 3}}, {{"months_with_orders", 6}}, {{"months_with_orders", 9}, {"years_since_first", 1}}}};
  return policy;
}

}  // namespace guanxi::reference
