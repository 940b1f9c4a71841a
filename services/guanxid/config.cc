#include "guanxid/config.h"

#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <functional>

namespace guanxi::service {
namespace {

absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }

const Setting* Find(std::string_view key) {
  for (const Setting& setting : Settings())
    if (setting.key == key) return &setting;
  return nullptr;
}

// "+08:00", "-03:30", "+00:00"; at most 14 hours.
bool ParseOffset(const std::string& text, int32_t& minutes) {
  int hours = 0, rest = 0;
  char sign = 0, end = 0;
  if (text.size() != 6 || std::sscanf(text.c_str(), "%c%2d:%2d%c", &sign, &hours, &rest, &end) != 3) return false;
  if ((sign != '+' && sign != '-') || hours < 0 || rest < 0 || rest > 59 || hours * 60 + rest > 14 * 60) return false;
  minutes = (sign == '-' ? -1 : 1) * (hours * 60 + rest);
  return true;
}

// A key of a table in the file is "table_key"; tables in tables are refused.
absl::Status ForEachKey(const toml::table& table, const std::string& prefix, const std::string& file,
                        const std::function<absl::Status(const std::string& key, const std::string& value)>& take) {
  for (const auto& [key, node] : table) {
    std::string value;
    if (const toml::table* const inner = node.as_table(); inner != nullptr && prefix.empty()) {
      if (absl::Status read = ForEachKey(*inner, std::string(key.str()) + "_", file, take); !read.ok()) return read;
      continue;
    }
    if (const auto text = node.value_exact<std::string>()) {
      value = *text;
    } else if (const auto number = node.value_exact<int64_t>()) {
      value = std::to_string(*number);
    } else {
      return absl::InvalidArgumentError(absl::StrCat(file, ": ", View(key.str()), " is neither text nor a whole number"));
    }
    if (absl::Status taken = take(prefix + std::string(key.str()), value); !taken.ok()) return taken;
  }
  return absl::OkStatus();
}

}  // namespace

const std::vector<Setting>& Settings() {
  using enum SettingKind;
  static const std::vector<Setting> settings = {
      {"data", kText, "", 0, 0, "", "Directory that holds everything; created when missing. Required."},
      {"listen", kText, "127.0.0.1:7400", 0, 0, "", "Address of the gRPC services. Port 0: a free one. Not loopback: only with TLS."},
      {"http", kText, "127.0.0.1:7480", 0, 0, "", "Address of /metrics, /healthz and /readyz. Port 0: a free one."},
      {"clock", kText, "wall", 0, 0, "", "wall: business time follows the wall clock. events: only AdvanceClock moves it (history)."},
      {"partitions", kNumber, "4", 1, 1024, "partitions", "Fixed when the directory is created."},
      {"utc_offset", kText, "+00:00", 0, 0, "", "Of business days and months, as +08:00. Fixed when the directory is created."},
      {"future_tolerance_seconds", kNumber, "300", 0, 86'400, "seconds", "How far an event may lie after now."},
      {"tls_cert", kText, "", 0, 0, "", "PEM file of the server's certificate chain."},
      {"tls_key", kText, "", 0, 0, "", "PEM file of its key."},
      {"tls_client_ca", kText, "", 0, 0, "", "PEM file of the authorities that sign clients' certificates; then clients must have one."},
      {"cache_mib", kNumber, "128", 8, 1'048'576, "MiB", "Cache of stored blocks, all partitions together."},
      {"memtable_mib", kNumber, "64", 8, 65'536, "MiB", "Memory of the store's write buffers, all partitions together."},
      {"overlay_mib", kNumber, "32", 1, 65'536, "MiB", "Memory of rows that no checkpoint has written yet, all partitions together."},
      {"checkpoint_records", kNumber, "50000", 1, 100'000'000, "records",
       "A partition checkpoints its rows after as many records at the latest; a start after a crash folds at most these again."},
      {"hot_accounts", kNumber, "2500", 100, 10'000'000, "accounts", "Accounts kept in memory unpacked, per partition."},
      {"account_cache_mib", kNumber, "96", 0, 1'048'576, "MiB", "Memory of accounts that are kept as rows, all partitions together."},
      {"queue_events", kNumber, "16384", 1'000, 10'000'000, "events",
       "Waiting events per partition, those above 4 KiB counted once for each 4 KiB; beyond it OVERLOADED."},
      {"commit_events", kNumber, "4096", 1, 1'000'000, "events", "Events of one commit, at most."},
      {"workers", kNumber, "4", 1, 256, "threads", "Threads for reads."},
      {"subscribe_interval_ms", kNumber, "25", 0, 10'000, "ms",
       "Least time between two wakes of the subscribers; the first event after a pause does not wait."},
      {"heads_file", kText, "", 0, 0, "", "File that signed tree heads are appended to. Default: heads.jsonl in the data directory."},
      {"heads_interval_seconds", kNumber, "60", 1, 86'400, "seconds", "Time between two signed heads of a partition that grows."},
      {"kafka_brokers", kText, "", 0, 0, "",
       "HOST:PORT,...: the log comes from Apache Kafka. Empty: embedded. All kafka_* also as [kafka] in the file."},
      {"kafka_topic", kText, "guanxi.events", 0, 0, "", "The topic of events; one partition of it for each of ours."},
      {"kafka_group", kText, "guanxi", 0, 0, "", "Under which applied offsets are shown to Kafka's own tools; never read."},
      {"kafka_security_protocol", kText, "plaintext", 0, 0, "", "plaintext, ssl, sasl_plaintext or sasl_ssl."},
      {"kafka_sasl_mechanism", kText, "", 0, 0, "",
       "PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512 (SCRAM: brokers before Kafka 4, or librdkafka from 2.6.1 on)."},
      {"kafka_sasl_username", kText, "", 0, 0, "", "Name to authenticate with."},
      {"kafka_sasl_password_file", kText, "", 0, 0, "", "File whose first line is its password."},
      {"kafka_ssl_ca", kText, "", 0, 0, "", "PEM file of the authorities that sign the brokers' certificates. Default: the system's."},
      {"kafka_ssl_cert", kText, "", 0, 0, "", "PEM file of our certificate, when the brokers ask for one."},
      {"kafka_ssl_key", kText, "", 0, 0, "", "PEM file of its key."},
      {"kafka_derived_prefix", kText, "", 0, 0, "",
       "PREFIX.tier-changes, .accounts, .parked and .progress are written. Empty: none. One node only."},
      {"kafka_ingress_topic", kText, "", 0, 0, "",
       "Events with personal data in clear, to be sealed and appended: a topic of short retention. Empty: none. One node only."},
      {"kafka_start_seconds", kNumber, "10", 1, 600, "seconds", "How long a start waits for the brokers."},
      {"rpc_memory_mib", kNumber, "512", 64, 65'536, "MiB",
       "Memory of calls under way; beyond it the largest are ended with RESOURCE_EXHAUSTED."},
      {"drain_seconds", kNumber, "10", 0, 600, "seconds",
       "How long calls may take to end when the daemon is stopped; then they are cancelled."},
  };
  return settings;
}

absl::StatusOr<Config> Config::Make(const std::string& file, const std::map<std::string, std::string>& flags) {
  Config config;
  for (const Setting& setting : Settings()) config.values_[std::string(setting.key)] = setting.default_value;
  if (!file.empty())
    if (absl::Status read = config.ReadFile(file); !read.ok()) return read;
  for (const auto& [key, value] : flags)
    if (absl::Status set = config.Set(key, value, "flag"); !set.ok()) return set;
  if (absl::Status check = config.Check(); !check.ok()) return check;
  return config;
}

absl::Status Config::Set(std::string_view key, const std::string& value, std::string_view origin) {
  const Setting* const setting = Find(key);
  if (setting == nullptr) return absl::InvalidArgumentError(absl::StrCat(View(origin), ": unknown key '", View(key), "'"));
  int64_t number = 0;
  if (setting->kind == SettingKind::kNumber && (!absl::SimpleAtoi(value, &number) || number < setting->min || number > setting->max)) {
    return absl::InvalidArgumentError(absl::StrCat(View(origin), ": ", View(key), " is ", value, ", not a number of ", View(setting->unit),
                                                   " from ", setting->min, " to ", setting->max));
  }
  values_.find(key)->second = value;
  given_[std::string(key)] = true;
  return absl::OkStatus();
}

absl::Status Config::ReadFile(const std::string& file) {
  std::error_code unknown;
  if (std::filesystem::is_directory(file, unknown)) return absl::InvalidArgumentError("config: " + file + " is a directory");
  toml::table table;
  try {
    table = toml::parse_file(file);
  } catch (const toml::parse_error& error) {
    return absl::InvalidArgumentError(absl::StrCat(file, ": line ", error.source().begin.line, ": ", View(error.description())));
  }
  const auto set = [&](const std::string& key, const std::string& value) {
    if (IsGiven(key)) return absl::InvalidArgumentError(absl::StrCat(file, ": ", key, " is given twice"));
    return Set(key, value, file);
  };
  return ForEachKey(table, "", file, set);
}

absl::Status Config::Check() const {
  int32_t minutes = 0;
  if (Text("data").empty()) return absl::InvalidArgumentError("data: say where the data are: --data DIR");
  if (Text("clock") != "wall" && Text("clock") != "events")
    return absl::InvalidArgumentError("clock: wall or events, not " + Text("clock"));
  if (!ParseOffset(Text("utc_offset"), minutes))
    return absl::InvalidArgumentError("utc_offset: as +08:00, at most 14 hours, not " + Text("utc_offset"));
  if (Text("tls_cert").empty() != Text("tls_key").empty()) return absl::InvalidArgumentError("tls_cert and tls_key: both or none");
  if (!Text("tls_client_ca").empty() && Text("tls_cert").empty())
    return absl::InvalidArgumentError("tls_client_ca: needs tls_cert and tls_key");
  for (const char* key : {"listen", "http"})
    if (!HasPort(Text(key)))
      return absl::InvalidArgumentError(absl::StrCat(key, ": HOST:PORT with a port from 0 to 65535, not ", Text(key)));
  if (absl::Status kafka = CheckKafka(); !kafka.ok()) return kafka;
  if (!IsLoopback(Text("listen")) && Text("tls_cert").empty()) {
    return absl::InvalidArgumentError("listen: " + Text("listen") +
                                      " can be reached from other machines; give --tls-cert and --tls-key, or a loopback address");
  }
  return absl::OkStatus();
}

absl::Status Config::CheckKafka() const {
  if (!UsesKafka()) {
    for (const Setting& setting : Settings())
      if (setting.key.starts_with("kafka_") && IsGiven(setting.key))
        return absl::InvalidArgumentError(absl::StrCat(View(setting.key), ": needs kafka_brokers"));
    return absl::OkStatus();
  }
  const std::string& protocol = Text("kafka_security_protocol");
  if (protocol != "plaintext" && protocol != "ssl" && protocol != "sasl_plaintext" && protocol != "sasl_ssl")
    return absl::InvalidArgumentError("kafka_security_protocol: plaintext, ssl, sasl_plaintext or sasl_ssl, not " + protocol);
  if (protocol.starts_with("sasl") && (Text("kafka_sasl_mechanism").empty() || Text("kafka_sasl_username").empty()))
    return absl::InvalidArgumentError("kafka_security_protocol: " + protocol + " needs kafka_sasl_mechanism and kafka_sasl_username");
  if (IsGiven("future_tolerance_seconds"))
    return absl::InvalidArgumentError("future_tolerance_seconds: with Kafka the same for every node, and not to be chosen");
  return absl::OkStatus();
}

bool Config::UsesKafka() const { return !Text("kafka_brokers").empty(); }

const std::string& Config::Text(std::string_view key) const { return values_.find(key)->second; }

int64_t Config::Number(std::string_view key) const {
  int64_t number = 0;
  return absl::SimpleAtoi(Text(key), &number) ? number : 0;
}

bool Config::IsGiven(std::string_view key) const { return given_.find(key) != given_.end(); }

int32_t Config::UtcOffsetMinutes() const {
  int32_t minutes = 0;
  ParseOffset(Text("utc_offset"), minutes);
  return minutes;
}

bool HasPort(const std::string& address) {
  const size_t colon = address.rfind(':');
  uint32_t port = 0;
  return colon != std::string::npos && colon > 0 && absl::SimpleAtoi(address.substr(colon + 1), &port) && port <= 65'535;
}

bool IsLoopback(std::string_view address) {
  const std::string_view host = address.substr(0, address.rfind(':'));
  return host == "localhost" || host == "[::1]" || (host.starts_with("127.") && std::count(host.begin(), host.end(), '.') == 3);
}

}  // namespace guanxi::service
