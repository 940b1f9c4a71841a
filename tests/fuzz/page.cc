// Bytes as the cursor of every list: whatever a page token holds, a list goes on after it or refuses.
#include <filesystem>

#include "base/reason.h"
#include "fuzz/check.h"
#include "partition/account_reader.h"
#include "support/cluster_fixture.h"

using namespace guanxi;
using namespace guanxi::test;

namespace {

// Rows in the store and rows in memory.
partition::ViewPtr TwoAccounts() {
  static ClusterFixture fixture(1);
  static const bool filled = [] {
    for (const char* account : {"acme", "bolt"}) fixture.Append(Order(account, "o1", "2025-03-01", 5));
    fixture.Reopen();
    return fixture.Append(Order("acme", "o2", "2025-03-02", 7)).status.ok();
  }();
  GUANXI_FUZZ_CHECK(filled);
  return fixture.ViewFor("acme");
}

template <class Listed>
void Check(const absl::StatusOr<Listed>& listed) {
  if (listed.ok()) return;
  const ReasonEntry* const reason = ReasonOf(listed.status());
  GUANXI_FUZZ_CHECK(reason != nullptr && reason->reason == Reason::PAGE_TOKEN_INVALID);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const partition::ViewPtr view = TwoAccounts();
  const std::string after(reinterpret_cast<const char*>(data), size);
  using Order = partition::AccountOrder;
  for (const Order order : {Order::kId, Order::kRevenue, Order::kTier}) Check(partition::ListAccounts(*view, order, after, 10));
  for (const bool descending : {false, true}) Check(partition::ReadTimeline(*view, "acme", after, descending, 10));
  Check(partition::ListByOwner(*view, "nobody", after, 10));
  return 0;
}
