// Bytes of the rows of an account: its core and its children. The format is
// docs/formats/rows.md: a version byte, then the fields in a fixed order, absent
// ones left out. Canonical: equal states have equal bytes. Thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "relations/account.h"
#include "relations/child.h"

namespace guanxi::relations {

inline constexpr uint8_t kRowVersion = 1;

// Appends the row to out.
void EncodeCore(const AccountCore& core, std::string& out);
// Precondition: not monostate. The kind is not in the row; the key has it.
void EncodeChild(const Child& child, std::string& out);

inline std::string EncodedCore(const AccountCore& core) {
  std::string out;
  EncodeCore(core, out);
  return out;
}
inline std::string EncodedChild(const Child& child) {
  std::string out;
  EncodeChild(child, out);
  return out;
}

// A tier change as feeds keep it: the core row's form of it behind a version byte.
std::string EncodedTierChange(const TierChange& change);
absl::StatusOr<TierChange> DecodeTierChange(std::string_view row);

// Safe on any bytes: STORE_CORRUPT when they are not a row, or hold what no fold
// could have written and a fold could not go on from.
absl::StatusOr<AccountCore> DecodeCore(std::string_view row);
absl::StatusOr<Child> DecodeChild(ChildKind kind, std::string_view row);

}  // namespace guanxi::relations
