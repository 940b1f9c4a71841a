// A policy file being read, table by table, and what is wrong with it. Internal to
// relations; with policy_toml.cc the only includer of toml++.
#pragma once

#include <toml++/toml.h>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "base/reason.h"

namespace guanxi::relations {

// What is wrong with the file, in the order it was found.
class Problems {
 public:
  void Say(const toml::node* at, const std::string& key, const std::string& what) {
    if (++count_ > kShown) return;
    const auto line = at ? std::to_string(at->source().begin.line) : std::string();
    if (count_ == 1) first_key_ = key, first_line_ = line;
    text_ += (count_ == 1 ? "" : "; ") + (line.empty() ? "" : "line " + line + ": ") + "key '" + key + "' " + what;
  }
  bool none() const { return count_ == 0; }
  absl::Status status() const {
    if (none()) return absl::OkStatus();
    const std::string more = count_ > kShown ? "; and " + std::to_string(count_ - kShown) + " more" : "";
    return Refuse(Reason::POLICY_INVALID, "policy: " + text_ + more, {{"key", first_key_}, {"line", first_line_}});
  }

 private:
  static constexpr int kShown = 5;
  int count_ = 0;
  std::string text_, first_key_, first_line_;
};

// One table of the file: every key is asked for once, what was not asked for is
// unknown. What a segment's table does not say, the policy's own does (`base`).
class Table {
 public:
  Table(const toml::table* own, const toml::table* base, std::string path, Problems& problems)
      : own_(own), base_(base), path_(std::move(path)), problems_(problems) {}

  // whole: a segment that has the table states all of it.
  Table Sub(std::string_view key, bool whole = false) {
    const toml::node* node = Take(key);
    if (node && !node->is_table()) Say(key, "is not a table");
    const toml::table* own = TableIn(own_, key);
    return Table(own, whole && own ? nullptr : TableIn(base_, key), Path(key), problems_);
  }

  int32_t Number(std::string_view key, int64_t min, int64_t max) {
    const toml::node* node = Take(key);
    if (!node) return static_cast<int32_t>(min);
    const auto value = node->is_integer() ? node->value<int64_t>() : std::nullopt;
    if (value && min <= *value && *value <= max) return static_cast<int32_t>(*value);
    Say(key, "is not a whole number from " + std::to_string(min) + " to " + std::to_string(max));
    return static_cast<int32_t>(min);
  }

  std::string Text(std::string_view key, size_t min_size, size_t max_size) {
    const toml::node* node = Take(key);
    if (!node) return {};
    const auto value = node->is_string() ? node->value<std::string>() : std::nullopt;
    if (value && min_size <= value->size() && value->size() <= max_size) return *value;
    Say(key, "is not a text of " + std::to_string(min_size) + " to " + std::to_string(max_size) + " bytes");
    return {};
  }

  // The index of the text among the names.
  template <size_t N>
  size_t OneOf(std::string_view key, const std::string_view (&names)[N]) {
    const toml::node* node = Take(key);
    if (!node) return 0;
    const std::string text = node->value<std::string>().value_or("");
    std::string choices;
    for (size_t i = 0; i < N; ++i) {
      if (text == names[i]) return i;
      choices += (i == 0 ? "" : ", ") + std::string(names[i]);
    }
    Say(key, "is none of " + choices);
    return 0;
  }

  const toml::array* Array(std::string_view key) {
    const toml::node* node = Take(key);
    if (node && !node->is_array()) Say(key, "is not an array");
    return node ? node->as_array() : nullptr;
  }

  bool Has(std::string_view key) const { return Find(key) != nullptr; }
  void Ignore(std::string_view key) { taken_.insert(std::string(key)); }
  bool ok() const { return problems_.none(); }

  // At the line of the key, where there is one, else of the table.
  void Say(std::string_view key, const std::string& what) { SayAt(Find(key), key, what); }
  void SayAt(const toml::node* at, std::string_view key, const std::string& what) {
    const toml::node* table = own_ ? own_ : base_;
    problems_.Say(at ? at : path_.empty() ? nullptr : table, Path(key), what);
  }

  // Call when all known keys were asked for.
  void Finish() {
    if (!own_) return;
    for (const auto& [key, node] : *own_)
      if (!taken_.contains(std::string(key.str()))) SayAt(&node, key.str(), "is unknown");
  }

 private:
  static const toml::table* TableIn(const toml::table* table, std::string_view key) {
    const toml::node* node = table ? table->get(key) : nullptr;
    return node ? node->as_table() : nullptr;
  }
  std::string Path(std::string_view key) const { return path_.empty() ? std::string(key) : path_ + "." + std::string(key); }
  const toml::node* Find(std::string_view key) const {
    const toml::node* node = own_ ? own_->get(key) : nullptr;
    return node || !base_ ? node : base_->get(key);
  }
  // Of a table that is not there nothing is missed: that it is not was said.
  const toml::node* Take(std::string_view key) {
    taken_.insert(std::string(key));
    if (!own_ && !base_) return nullptr;
    const toml::node* node = Find(key);
    if (!node) SayAt(nullptr, key, "is missing");
    return node;
  }

  const toml::table* own_;
  const toml::table* base_;
  std::string path_;
  Problems& problems_;
  std::set<std::string> taken_;
};

}  // namespace guanxi::relations
