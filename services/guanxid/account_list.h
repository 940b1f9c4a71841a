// Pages of accounts over all partitions, in one order.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "guanxi/v1/account_service.pb.h"
#include "partition/account_reader.h"

namespace guanxi::service {

struct AccountPage {
  std::vector<v1::Account> accounts;
  std::string cursor;  // sort key of the last account looked at; empty: the end
};

// Merges the partitions' own orders. A page ends early after 5,000 accounts
// looked at. Cost: one row read per account looked at.
absl::StatusOr<AccountPage> ReadAccountPage(const std::vector<partition::ViewPtr>& views, const v1::ListAccountsRequest& request,
                                            const std::string& cursor, size_t page_size);

}  // namespace guanxi::service
