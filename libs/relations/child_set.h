// The children of one account that a fold may read, and those it changed.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "relations/child.h"

namespace guanxi::relations {

// A handful of loaded children. The caller loads what ChildrenNeeded names and
// exists, folds, writes the dirty ones back. Not thread-safe. Lookup is a short
// linear search: meant for one event, or for a small batch of one account.
class ChildSet {
 public:
  // A child as stored; not dirty. Replaces what was there under the key.
  void Load(ChildKey key, Child child) {
    Entry& entry = At(key);
    entry = {std::move(key), std::move(child), false};
  }

  // nullptr when there is none (never loaded, or erased). Valid until the next Load, Put or clear.
  const Child* Find(const ChildKey& key) const {
    const Entry* entry = Search(key.kind, key.id);
    return entry && entry->child.index() != 0 ? &entry->child : nullptr;
  }
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
    ChildKey key{kKindOf<T>, std::string(id)};
    Entry& entry = At(key);
    entry = {std::move(key), std::move(child), true};
    return std::get<T>(entry.child);
  }
  // Takes the child away; its key stays dirty, Find gives nullptr.
  void Erase(const ChildKey& key) { At(key) = {key, std::monostate{}, true}; }

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
  void clear() { entries_.clear(); }
  size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    ChildKey key;
    Child child;
    bool dirty = false;
  };

  const Entry* Search(ChildKind kind, std::string_view id) const {
    for (const Entry& entry : entries_)
      if (entry.key.kind == kind && entry.key.id == id) return &entry;
    return nullptr;
  }
  Entry& At(const ChildKey& key) {
    if (const Entry* entry = Search(key.kind, key.id)) return *const_cast<Entry*>(entry);
    return entries_.emplace_back();
  }

  std::vector<Entry> entries_;
};

}  // namespace guanxi::relations
