#include "codec/json_text.h"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse.hpp>
#include <set>
#include <string>
#include <vector>

#include "base/reason.h"

namespace guanxi::codec {
namespace {

namespace json = boost::json;

// Watches the keys go by; Boost's own value keeps the last of equal ones silently.
struct KeyWatcher {
  static constexpr size_t max_object_size = -1;
  static constexpr size_t max_array_size = -1;
  static constexpr size_t max_key_size = -1;
  static constexpr size_t max_string_size = -1;

  std::vector<std::set<std::string>> objects;
  std::string key;
  std::string duplicate;

  bool on_object_begin(json::error_code&) { return objects.emplace_back(), true; }
  bool on_object_end(size_t, json::error_code&) { return objects.pop_back(), true; }
  bool on_key_part(json::string_view part, size_t, json::error_code&) { return key.append(part.data(), part.size()), true; }
  bool on_key(json::string_view part, size_t, json::error_code&) {
    key.append(part.data(), part.size());
    if (!objects.back().insert(key).second && duplicate.empty()) duplicate = key;
    key.clear();
    return true;
  }
  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_array_begin(json::error_code&) { return true; }
  bool on_array_end(size_t, json::error_code&) { return true; }
  bool on_string_part(json::string_view, size_t, json::error_code&) { return true; }
  bool on_string(json::string_view, size_t, json::error_code&) { return true; }
  bool on_number_part(json::string_view, json::error_code&) { return true; }
  bool on_int64(int64_t, json::string_view, json::error_code&) { return true; }
  bool on_uint64(uint64_t, json::string_view, json::error_code&) { return true; }
  bool on_double(double, json::string_view, json::error_code&) { return true; }
  bool on_bool(bool, json::error_code&) { return true; }
  bool on_null(json::error_code&) { return true; }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }
};

std::string DuplicateKeyIn(std::string_view valid_json) {
  json::basic_parser<KeyWatcher> parser{json::parse_options()};
  json::error_code error;
  parser.write_some(false, valid_json.data(), valid_json.size(), error);
  return parser.handler().duplicate;
}

}  // namespace

absl::StatusOr<json::value> ParseJson(std::string_view text) {
  json::error_code error;
  json::value value = json::parse(json::string_view(text.data(), text.size()), error);
  if (error) return Refuse(Reason::PAYLOAD_UNDECODABLE, "no JSON: " + error.message(), {{"what", "JSON"}});
  const std::string duplicate = DuplicateKeyIn(text);
  if (!duplicate.empty()) return Refuse(Reason::FIELD_INVALID, duplicate + " is given twice", {{"field", duplicate}});
  return value;
}

}  // namespace guanxi::codec
