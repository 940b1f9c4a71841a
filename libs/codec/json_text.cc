#include "codec/json_text.h"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse.hpp>
#include <charconv>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/reason.h"

namespace guanxi::codec {
namespace {

namespace json = boost::json;

// The digits of a number without sign, point, exponent and the zeros around them.
std::string SignificantDigits(std::string_view number) {
  std::string digits;
  for (const char c : number.substr(0, number.find_first_of("eE")))
    if (c >= '0' && c <= '9' && (c != '0' || !digits.empty())) digits.push_back(c);
  while (!digits.empty() && digits.back() == '0') digits.pop_back();
  return digits;
}

bool IsKept(double value, std::string_view text) {
  char shortest[32];
  const auto end = std::to_chars(shortest, shortest + sizeof shortest, value).ptr;
  return SignificantDigits({shortest, static_cast<size_t>(end - shortest)}) == SignificantDigits(text);
}

// Watches keys and numbers go by: Boost's own value keeps the last of equal keys silently, and rounds.
struct Watcher {
  static constexpr size_t max_object_size = -1;
  static constexpr size_t max_array_size = -1;
  static constexpr size_t max_key_size = -1;
  static constexpr size_t max_string_size = -1;

  std::vector<std::set<std::string>> objects;
  std::string key, last_key, number;
  std::string duplicate, rounded;

  bool on_object_begin(json::error_code&) { return objects.emplace_back(), true; }
  bool on_object_end(size_t, json::error_code&) { return objects.pop_back(), true; }
  bool on_key_part(json::string_view part, size_t, json::error_code&) { return key.append(part.data(), part.size()), true; }
  bool on_key(json::string_view part, size_t, json::error_code&) {
    key.append(part.data(), part.size());
    if (!objects.back().insert(key).second && duplicate.empty()) duplicate = key;
    last_key = std::exchange(key, {});
    return true;
  }
  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_array_begin(json::error_code&) { return true; }
  bool on_array_end(size_t, json::error_code&) { return true; }
  bool on_string_part(json::string_view, size_t, json::error_code&) { return true; }
  bool on_string(json::string_view, size_t, json::error_code&) { return true; }
  bool on_number_part(json::string_view part, json::error_code&) { return number.append(part.data(), part.size()), true; }
  bool on_int64(int64_t, json::string_view, json::error_code&) { return number.clear(), true; }
  bool on_uint64(uint64_t, json::string_view, json::error_code&) { return number.clear(), true; }
  bool on_double(double value, json::string_view part, json::error_code&) {
    number.append(part.data(), part.size());
    if (!IsKept(value, number) && rounded.empty()) rounded = last_key;
    return number.clear(), true;
  }
  bool on_bool(bool, json::error_code&) { return true; }
  bool on_null(json::error_code&) { return true; }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }
};

absl::Status CheckKept(std::string_view valid_json) {
  json::basic_parser<Watcher> parser{json::parse_options()};
  json::error_code error;
  parser.write_some(false, valid_json.data(), valid_json.size(), error);
  const Watcher& watcher = parser.handler();
  if (!watcher.duplicate.empty())
    return Refuse(Reason::FIELD_INVALID, watcher.duplicate + " is given twice", {{"field", watcher.duplicate}});
  if (!watcher.rounded.empty())
    return Refuse(Reason::FIELD_INVALID, watcher.rounded + " has more digits than a JSON number keeps: send it as a text",
                  {{"field", watcher.rounded}});
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<json::value> ParseJson(std::string_view text) {
  json::error_code error;
  json::value value = json::parse(json::string_view(text.data(), text.size()), error);
  if (error) return Refuse(Reason::PAYLOAD_UNDECODABLE, "no JSON: " + error.message(), {{"what", "JSON"}});
  if (absl::Status kept = CheckKept(text); !kept.ok()) return kept;
  return value;
}

}  // namespace guanxi::codec
