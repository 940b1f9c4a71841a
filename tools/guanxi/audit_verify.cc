// guanxi audit verify: without a server.
#include <fstream>
#include <iterator>

#include "tools/guanxi/arguments.h"
#include "tools/guanxi/audit_commands.h"
#include "tools/guanxi/offline_audit.h"
#include "tools/guanxi/print.h"

namespace guanxi::cli {
namespace {

struct VerifyArguments {
  std::optional<ledger::PublicKey> key;
  std::vector<std::string> heads, records, proofs;
  std::string log_epoch;
};

std::string ReadAll(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::optional<ledger::PublicKey> ReadKey(const std::string& path) {
  const auto key = ledger::PublicKey::FromPem(ReadAll(path));
  if (!key.ok()) return std::nullopt;
  return *key;
}

absl::Status RunVerify(Context& context, const VerifyArguments& arguments) {
  OfflineAudit audit(*arguments.key, arguments.log_epoch);
  for (const std::string& path : arguments.heads) {
    std::ifstream file(path, std::ios::binary);
    if (absl::Status added = audit.AddHeads(path, file); !added.ok()) return added;
  }
  for (const std::string& path : arguments.records) {
    std::ifstream file(path, std::ios::binary);
    if (absl::Status added = audit.AddRecords(path, file); !added.ok()) return added;
  }
  for (const std::string& path : arguments.proofs)
    if (absl::Status added = audit.AddProof(path, ReadAll(path)); !added.ok()) return added;
  if (absl::Status finished = audit.Finish(); !finished.ok()) return finished;
  if (context.output != Output::kTable) return PrintJson(context, audit.Report());
  Print(audit.Summary());
  return absl::OkStatus();
}

}  // namespace

void AddAuditVerify(CLI::App& audit, Context& context) {
  auto arguments = std::make_shared<VerifyArguments>();
  CLI::App* command =
      audit.add_subcommand("verify", "Checks kept heads, exported records and proofs with the public key alone; asks no server");
  AddParsed(command, "--key", arguments->key, "PEM file of the public key, got when the log was new (`audit key`)",
            "a PEM file of an Ed25519 public key", ReadKey)
      ->type_name("FILE")
      ->required();
  command->add_option("--log-epoch", arguments->log_epoch, "Only heads of this epoch; default: all must be of one");
  CLI::Option_group* files = command->add_option_group("files", "What to check; at least one");
  const auto add = [&](const char* name, std::vector<std::string>& paths, const char* help) {
    return files->add_option(name, paths, help)->check(CLI::ExistingFile)->type_name("FILE");
  };
  CLI::Option* heads = add("--heads", arguments->heads, "Signed heads: the server's file of heads, or an export's");
  add("--records", arguments->records, "Records of an export, whole partitions")->needs(heads);
  add("--proof", arguments->proofs, "What `--output json audit prove` printed");
  files->require_option(1, 0);
  OnRun(command, context, arguments,
        "guanxi audit verify --key guanxi.pub.pem --heads kept/heads.jsonl evidence/heads.jsonl --records evidence/records-*.jsonl",
        RunVerify);
}

}  // namespace guanxi::cli
