// Judging the server's proofs here, with nothing taken on trust. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "guanxi/v1/audit_service.pb.h"
#include "ledger/hash.h"

namespace guanxi::cli {

// 64 hexadecimal digits.
std::optional<ledger::Hash> ParseHash(std::string_view hex);
// "-" when the bytes are no hash.
std::string HexOf(const std::string& bytes);

// Empty: the record's own hash is the leaf, and the leaf at `position` is in
// the tree whose root the answer states. Else what does not hold. `root`, if
// given, is a root known from elsewhere that the stated one must equal.
std::string ProblemOf(const guanxi::v1::GetInclusionProofResponse& proof, uint64_t position, const std::optional<ledger::Hash>& root);

// Empty: the first tree is a prefix of the second. `first_root`, if given, is
// the root kept from an earlier day that the first tree's must equal.
std::string ProblemOf(const guanxi::v1::GetConsistencyProofResponse& proof, const std::optional<ledger::Hash>& first_root);

}  // namespace guanxi::cli
