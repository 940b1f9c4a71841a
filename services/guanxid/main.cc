// guanxid: one process, one directory. See --help.
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <iostream>
#include <map>
#include <string>

#include "base/reason.h"
#include "guanxid/config.h"
#include "guanxid/daemon.h"
#include "store/engine.h"

// Read by jemalloc before main (a sanitized build has none). What a burst freed goes back to the system within a second, and few arenas
// hold less of it: resident memory is what operators bound.
extern "C" const char* malloc_conf;
const char* malloc_conf = "background_thread:true,dirty_decay_ms:1000,muzzy_decay_ms:0,narenas:4";

namespace {

using guanxi::service::Config;
using guanxi::service::Daemon;

constexpr int kFailed = 1;
constexpr int kWrongUse = 2;

constexpr char kExamples[] = R"(Examples:
  guanxid --data /var/lib/guanxi
  guanxid --data ./history --clock events --listen 127.0.0.1:0 --http 127.0.0.1:0
  guanxid --data /var/lib/guanxi --utc-offset +08:00 --partitions 16
  guanxid --data /var/lib/guanxi --listen 0.0.0.0:7400 --tls-cert server.pem --tls-key server.key --tls-client-ca clients.pem
  guanxid --config /etc/guanxi.toml

The file of --config holds the same keys with '_' for '-':  data = "/var/lib/guanxi"
SIGTERM and SIGINT: no new calls, running ones finish, exit 0.)";

std::string FlagOf(std::string_view key) {
  std::string flag = "--" + std::string(key);
  std::replace(flag.begin(), flag.end(), '_', '-');
  return flag;
}

std::string HelpOf(const guanxi::service::Setting& setting) {
  std::string help(setting.help);
  if (setting.kind == guanxi::service::SettingKind::kNumber) {
    help += " " + std::to_string(setting.min) + "-" + std::to_string(setting.max) + " " + std::string(setting.unit) + ".";
  }
  if (!setting.default_value.empty()) help += " Default: " + std::string(setting.default_value) + ".";
  return help;
}

void Explain(const absl::Status& status) {
  const guanxi::ReasonEntry* const reason = guanxi::ReasonOf(status);
  std::cerr << "guanxid: ";
  if (reason != nullptr) std::cerr << reason->name << ": ";
  std::cerr << status.message() << "\n";
  if (reason != nullptr) std::cerr << reason->remedy << "\n";
}

// By a signal, before it was ready.
bool IsGivenUp(const absl::Status& status) {
  const guanxi::ReasonEntry* const reason = guanxi::ReasonOf(status);
  return reason != nullptr && reason->reason == guanxi::Reason::SHUTTING_DOWN;
}

// Of connections and of the store's files there may be as many as the system lets this process have.
void RaiseFileLimit() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
}

std::string VersionText() { return "guanxid " GUANXI_VERSION "\n" + guanxi::store::ToText(guanxi::store::DescribeEngine()); }

int Serve(const Config& config) {
  // Blocked before any thread starts, so that only the wait below takes them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  RaiseFileLimit();
  const absl::StatusOr<std::unique_ptr<Daemon>> daemon = Daemon::Start(config);
  if (IsGivenUp(daemon.status())) return 0;
  if (!daemon.ok()) return Explain(daemon.status()), kFailed;
  std::cerr << VersionText() << std::endl;
  std::cout << "guanxid ready grpc=" << (*daemon)->grpc_address() << " http=" << (*daemon)->http_address()
            << " data=" << config.Text("data") << std::endl;
  int received = 0;
  sigwait(&signals, &received);
  (*daemon)->Stop();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"guanxid: the engine for key-account relationships. One process, one directory."};
  app.footer(kExamples);
  app.set_version_flag("--version", VersionText, "Its version and the RocksDB it runs on.");
  std::string file;
  std::map<std::string, std::string> values;
  app.add_option("--config", file, "TOML file with the keys below; flags win over it.");
  for (const guanxi::service::Setting& setting : guanxi::service::Settings()) {
    app.add_option_function<std::string>(
        FlagOf(setting.key), [&values, key = std::string(setting.key)](const std::string& value) { values[key] = value; }, HelpOf(setting));
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kWrongUse;
  }
  const absl::StatusOr<Config> config = Config::Make(file, values);
  if (!config.ok()) return Explain(config.status()), kWrongUse;
  return Serve(*config);
}
