// The children of one account that a fold may read, and those it changed.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "relations/child.h"

namespace guanxi::relations {

// A handful of loaded children. The caller loads what ChildrenNeeded names and
// exists, folds, writes the dirty ones back. Not thread-safe. Nearly every event
// touches one to three children, found by a short linear search; an event may
// also hold tens of thousands: from kIndexedFrom on there is an index, and lookup
// takes the logarithm of their number.
class ChildSet {
 public:
  static constexpr size_t kIndexedFrom = 16;

  // A child as stored; not dirty. Replaces what was there under the key.
  void Load(ChildKey key, Child child) {
    Entry& entry = At(std::move(key));
    entry.child = std::move(child), entry.dirty = false;
  }

  // nullptr when there is none (never loaded, or erased). Valid until the next Load, Put or clear.
  const Child* Find(const ChildKey& key) const {
    const Entry* entry = Search(key.kind, key.id);
    return entry && entry->child.index() != 0 ? &entry->child : nullptr;
  }
  // Whether it was loaded, put or erased.
  bool Knows(const ChildKey& key) const { return Search(key.kind, key.id) != nullptr; }
  template <class T>
  const T* Find(std::string_view id) const {
    const Entry* entry = Search(kKindOf<T>, id);
    return entry ? std::get_if<T>(&entry->child) : nullptr;
  }
  // The child to change in place; marks it dirty.
  template <class T>
  T* Edit(std::string_view id) {
    Entry* entry = const_cast<Entry*>(Search(kKindOf<T>, id));
    T* child = entry ? std::get_if<T>(&entry->child) : nullptr;
    if (child) entry->dirty = true;
    return child;
  }

  // Inserts or replaces; marks it dirty.
  template <class T>
  T& Put(std::string_view id, T child) {
    Entry& entry = At(ChildKey{kKindOf<T>, std::string(id)});
    entry.child = std::move(child), entry.dirty = true;
    return std::get<T>(entry.child);
  }
  // Takes the child away; its key stays dirty, Find gives nullptr.
  void Erase(const ChildKey& key) {
    Entry& entry = At(key);
    entry.child = std::monostate{}, entry.dirty = true;
  }

  // Keys put, edited or erased since they were loaded, in the order they were first seen.
  std::vector<ChildKey> dirty() const {
    std::vector<ChildKey> keys;
    for (const Entry& entry : entries_)
      if (entry.dirty) keys.push_back(entry.key);
    return keys;
  }
  // The same without copies: f(const ChildKey&, const Child*), nullptr for an erased child.
  template <class F>
  void ForEachDirty(F f) const {
    for (const Entry& entry : entries_)
      if (entry.dirty) f(entry.key, entry.child.index() != 0 ? &entry.child : nullptr);
  }
  // What was changed has been written.
  void MarkClean() {
    for (Entry& entry : entries_) entry.dirty = false;
  }
  void clear() {
    entries_.clear();
    index_.clear();
  }
  size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    ChildKey key;
    Child child;
    bool dirty = false;
  };

  using KeyView = std::pair<ChildKind, std::string_view>;
  struct Less {
    using is_transparent = void;
    static KeyView ViewOf(const ChildKey& key) { return {key.kind, key.id}; }
    static KeyView ViewOf(const KeyView& key) { return key; }
    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
      return ViewOf(a) < ViewOf(b);
    }
  };

  const Entry* Search(ChildKind kind, std::string_view id) const {
    if (!index_.empty()) {
      const auto at = index_.find(KeyView{kind, id});
      return at == index_.end() ? nullptr : &entries_[at->second];
    }
    for (const Entry& entry : entries_)
      if (entry.key.kind == kind && entry.key.id == id) return &entry;
    return nullptr;
  }
  Entry& At(ChildKey key) {
    if (const Entry* entry = Search(key.kind, key.id)) return *const_cast<Entry*>(entry);
    entries_.push_back({std::move(key), std::monostate{}, false});
    if (entries_.size() == kIndexedFrom) {
      for (size_t i = 0; i < entries_.size(); ++i) index_.emplace(entries_[i].key, static_cast<uint32_t>(i));
    } else if (entries_.size() > kIndexedFrom) {
      index_.emplace(entries_.back().key, static_cast<uint32_t>(entries_.size() - 1));
    }
    return entries_.back();
  }

  std::vector<Entry> entries_;
  std::map<ChildKey, uint32_t, Less> index_;  // of all entries, or empty
};

}  // namespace guanxi::relations
