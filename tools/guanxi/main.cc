// guanxi: the command line client. Everything it knows it asks a guanxid.
#include <cstdio>
#include <exception>
#include <map>
#include <optional>

#include "codec/admission.h"
#include "tools/guanxi/arguments.h"
#include "tools/guanxi/context.h"
#include "tools/guanxi/table.h"

namespace guanxi::cli {
namespace {

std::optional<Output> ParseOutput(const std::string& name) {
  static const std::map<std::string, Output> kOutputs = {{"table", Output::kTable}, {"json", Output::kJson}, {"jsonl", Output::kJsonl}};
  const auto found = kOutputs.find(name);
  return found == kOutputs.end() ? std::nullopt : std::optional(found->second);
}

void AddGlobals(CLI::App& app, Context& context) {
  app.add_option("--server", context.server, "HOST:PORT of guanxid")->capture_default_str()->envname("GUANXI_SERVER");
  AddParsed(&app, "--output", context.output, "table, json (protobuf JSON of the answer) or jsonl (a line per item)",
            "table, json or jsonl", ParseOutput)
      ->type_name("table|json|jsonl");
  app.add_option("--deadline", context.deadline_seconds, "Seconds a single call may take")
      ->capture_default_str()
      ->check(CLI::Range(0.001, 86'400.0));
  auto* ca = app.add_option("--tls-ca", context.tls_ca, "PEM file of the authority that signed the server's certificate: connect by TLS");
  auto* key = app.add_option("--tls-key", context.tls_key, "PEM file of this client's key")->needs(ca);
  auto* cert = app.add_option("--tls-cert", context.tls_cert, "PEM file of its certificate chain")->needs(key);
  key->needs(cert);
}

void AddNouns(CLI::App& app, Context& context) {
  for (auto* add :
       {AddImport, AddGenerate, AddExport, AddEvents, AddAccount, AddPortfolio, AddPolicy, AddAudit, AddKafka, AddParked, AddAdmin})
    add(app, context);
  for (CLI::App* noun : app.get_subcommands({})) {
    // Without verbs it has an example of its own.
    if (noun->get_subcommands({}).empty()) continue;
    noun->footer("`guanxi " + noun->get_name() + " VERB --help` explains each, with an example.");
  }
}

// What was left over is why a command is missing; CLI11 says only that one is.
int Usage(const CLI::App& app, const CLI::ParseError& error) {
  const std::vector<std::string> unknown = app.remaining(true);
  if (dynamic_cast<const CLI::RequiredError*>(&error) == nullptr || unknown.empty()) return app.exit(error) == 0 ? kExitOk : kExitUsage;
  std::fprintf(stderr, "'%s' is not known here.\nRun with --help for what there is.\n", Shown(unknown.front()).c_str());
  return kExitUsage;
}

int Main(int argc, char** argv) {
  Context context;
  CLI::App app("guanxi asks a guanxid about key accounts: their events, tiers and why", "guanxi");
  app.footer(
      "Example:\n  guanxi account why ACME\n\nExit codes: 0 done, 1 refused, 2 wrong usage, 3 server not reached or too slow.\n"
      "`guanxi NOUN VERB --help` explains each command.");
  // Global options may also stand after the command.
  app.fallthrough();
  app.require_subcommand(1);
  app.set_version_flag("--version", "guanxi " GUANXI_VERSION);
  AddGlobals(app, context);
  AddNouns(app, context);
  for (int i = 1; i < argc; ++i) {
    if (codec::IsUtf8(argv[i])) continue;
    std::fprintf(stderr, "argument %d is not valid UTF-8\n", i);
    return kExitUsage;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return Usage(app, error);
  }
  absl::Status status = context.Connect();
  if (status.ok()) status = context.run();
  if (!status.ok()) std::fputs(DescribeRefusal(status, context.server, !context.tls_ca.empty()).c_str(), stderr);
  return ExitCodeOf(status);
}

}  // namespace
}  // namespace guanxi::cli

int main(int argc, char** argv) {
  try {
    return guanxi::cli::Main(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: INTERNAL: %s\n", error.what());
    return guanxi::cli::kExitRefused;
  }
}
