#include "partition/account_cache.h"

#include <utility>

namespace guanxi::partition {
namespace {

// A node of the map, its bucket and its place.
constexpr size_t kBytesToFindOne = 144;

// SplitMix64 (Steele, Lea and Flood 2014).
uint64_t Draw(uint64_t& state) {
  uint64_t z = state += 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

}  // namespace

size_t AccountCache::BytesOf(const Entries::value_type& entry) {
  return kBytesToFindOne + entry.first.size() + entry.second.account.row.capacity();
}

void AccountCache::Put(const std::string& account_id, CachedAccount account) {
  Take(account_id);
  account.row.shrink_to_fit();
  auto& entry = *entries_.emplace(account_id, Entry{std::move(account), places_.size()}).first;
  places_.push_back(&entry);
  bytes_ += BytesOf(entry);
  while (bytes_ > bytes_max_) Take(places_[Draw(drawn_) % places_.size()]->first);
}

std::optional<CachedAccount> AccountCache::Take(const std::string& account_id) {
  const auto entry = entries_.find(account_id);
  if (entry == entries_.end()) return std::nullopt;
  bytes_ -= BytesOf(*entry);
  CachedAccount account = std::move(entry->second.account);
  places_.back()->second.place = entry->second.place;
  places_[entry->second.place] = places_.back();
  places_.pop_back();
  entries_.erase(entry);
  return account;
}

void AccountCache::clear() {
  entries_.clear();
  places_.clear();
  bytes_ = 0;
}

}  // namespace guanxi::partition
