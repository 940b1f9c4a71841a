// Accounts, tier changes and explanations as the API shows them. Pure functions
// of a view.
#pragma once

#include "absl/status/statusor.h"
#include "guanxi/v1/account_service.pb.h"
#include "partition/account_reader.h"

namespace guanxi::service {

// STORE_CORRUPT when the log does not have the event that a tier was declared or overridden by.
absl::StatusOr<v1::Account> AccountFrom(const partition::View& view, const partition::AccountAt& account, v1::AccountView detail);

// Of a change feed's row; number: its place in the feed.
absl::StatusOr<v1::TierChange> TierChangeFrom(const partition::View& view, const partition::FeedRow& row, uint64_t number);

absl::StatusOr<v1::ExplainAccountResponse> ExplanationFrom(const partition::View& view, const partition::AccountAt& account);

}  // namespace guanxi::service
