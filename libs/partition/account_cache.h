// Main rows of accounts that were in use a while ago, and so are not kept unpacked
// any more: a tenth of the memory, and loading one again asks the store for
// nothing. Which go when it is full is left to chance (by a fixed sequence), as
// what is read in turns would never be found by an order of last use. Knows
// nothing of what is in a row. Belongs to the projector's thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/strong.h"

namespace guanxi::partition {

// Where accounts were found that an event or the time was about to change.
struct AccountLoads {
  uint64_t hot = 0;     // unpacked, in memory
  uint64_t cached = 0;  // as a row, in memory
  uint64_t stored = 0;
  uint64_t unknown = 0;  // nowhere: of no event so far
};

struct CachedAccount {
  AccountNumber number;
  std::string row;  // index.h
};

class AccountCache {
 public:
  // bytes_max: of ids, rows and what it takes to find them, about.
  explicit AccountCache(size_t bytes_max) : bytes_max_(bytes_max) {}

  // Replaces what is there under the id.
  void Put(const std::string& account_id, CachedAccount account);
  // It is no longer there afterwards.
  std::optional<CachedAccount> Take(const std::string& account_id);
  void clear();
  size_t size() const { return places_.size(); }
  size_t bytes() const { return bytes_; }

 private:
  struct Entry {
    CachedAccount account;
    size_t place = 0;  // in places_
  };
  using Entries = std::unordered_map<std::string, Entry>;

  static size_t BytesOf(const Entries::value_type& entry);

  const size_t bytes_max_;
  size_t bytes_ = 0;
  uint64_t drawn_ = 0;
  Entries entries_;
  std::vector<Entries::value_type*> places_;  // in no order
};

}  // namespace guanxi::partition
