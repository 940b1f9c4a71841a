// guanxi audit verify: without a server.
#include "tools/guanxi/arguments.h"
#include "tools/guanxi/audit_commands.h"
#include "tools/guanxi/input_file.h"
#include "tools/guanxi/offline_audit.h"
#include "tools/guanxi/print.h"

namespace guanxi::cli {
namespace {

struct VerifyArguments {
  std::optional<ledger::PublicKey> key;
  std::vector<std::string> heads, records, proofs;
  std::string log_epoch;
};

std::optional<ledger::PublicKey> ReadKey(const std::string& path) {
  const auto text = FileText("--key", path);
  if (!text.ok()) return std::nullopt;
  const auto key = ledger::PublicKey::FromPem(*text);
  if (!key.ok()) return std::nullopt;
  return *key;
}

absl::Status AddLines(const char* option, const std::vector<std::string>& paths, OfflineAudit& audit,
                      absl::Status (OfflineAudit::*add)(const std::string&, std::istream&)) {
  for (const std::string& path : paths) {
    auto file = OpenFile(option, path);
    if (!file.ok()) return file.status();
    if (absl::Status added = (audit.*add)(path, *file); !added.ok()) return added;
  }
  return absl::OkStatus();
}

absl::Status RunVerify(Context& context, const VerifyArguments& arguments) {
  OfflineAudit audit(*arguments.key, arguments.log_epoch);
  absl::Status added = AddLines("--heads", arguments.heads, audit, &OfflineAudit::AddHeads);
  if (added.ok()) added = AddLines("--records", arguments.records, audit, &OfflineAudit::AddRecords);
  if (!added.ok()) return added;
  for (const std::string& path : arguments.proofs) {
    const auto text = FileText("--proof", path);
    if (!text.ok()) return text.status();
    if (added = audit.AddProof(path, *text); !added.ok()) return added;
  }
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
