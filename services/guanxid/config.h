// The daemon's settings: one table of keys. Each is a flag (--utc-offset), a key
// of the TOML file (utc_offset), has a default, a unit and bounds; a key that is
// not in the table is an error that names it. Flags win over the file. In the file a table [kafka] with a key
// topic is the same as kafka_topic.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace guanxi::service {

enum class SettingKind { kText, kNumber };

struct Setting {
  std::string_view key;  // as in the file
  SettingKind kind;
  std::string_view default_value;  // empty: none
  int64_t min, max;                // numbers, inclusive
  std::string_view unit;
  std::string_view help;
};
const std::vector<Setting>& Settings();

class Config {
 public:
  // Defaults, then the file (may be empty: none), then flags; keys as in the
  // table. INVALID_ARGUMENT names the key.
  static absl::StatusOr<Config> Make(const std::string& file, const std::map<std::string, std::string>& flags);

  const std::string& Text(std::string_view key) const;
  int64_t Number(std::string_view key) const;
  // By the file or a flag.
  bool IsGiven(std::string_view key) const;
  // Whether the log comes from Kafka.
  bool UsesKafka() const;
  // "+08:00" -> 480.
  int32_t UtcOffsetMinutes() const;

 private:
  absl::Status Set(std::string_view key, const std::string& value, std::string_view origin);
  absl::Status ReadFile(const std::string& file);
  absl::Status Check() const;
  absl::Status CheckKafka() const;

  std::map<std::string, std::string, std::less<>> values_;
  std::map<std::string, bool, std::less<>> given_;
};

// HOST:PORT with a host and a port from 0 to 65535.
bool HasPort(const std::string& address);

// Whether only this machine can reach "127.0.0.1:7400", "[::1]:0", "localhost:7400".
bool IsLoopback(std::string_view address);

}  // namespace guanxi::service
