// Accounts for people's eyes.
#pragma once

#include <string>

#include "guanxi/v1/account_service.pb.h"

namespace guanxi::cli {

// Identity, tier, score, dimensions as bars, counts and totals.
std::string DescribeAccount(const guanxi::v1::Account& account, const guanxi::v1::ReadAt& read_at);

// Tier, what each dimension rests on, gates, what is missing for the next tier, and the history.
std::string DescribeWhy(const guanxi::v1::ExplainAccountResponse& why);

// One account per line.
std::string DescribeAccounts(const google::protobuf::RepeatedPtrField<guanxi::v1::Account>& accounts);

// A line: when, account, from -> to, why.
std::string DescribeChange(const guanxi::v1::TierChange& change);

}  // namespace guanxi::cli
