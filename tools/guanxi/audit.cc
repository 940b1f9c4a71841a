// guanxi audit head|key|prove|consistency
#include "codec/record.h"
#include "guanxi/v1/admin_service.grpc.pb.h"
#include "guanxi/v1/audit_service.grpc.pb.h"
#include "ledger/ed25519.h"
#include "relations/event_type.h"
#include "tools/guanxi/arguments.h"
#include "tools/guanxi/audit_commands.h"
#include "tools/guanxi/context.h"
#include "tools/guanxi/print.h"
#include "tools/guanxi/proof.h"

namespace guanxi::cli {
namespace {

using Stub = guanxi::v1::AuditService::Stub;

std::string Text(std::string_view text) { return Shown(text); }

std::string DescribeHead(const guanxi::v1::TreeHead& head) {
  return "partition " + std::to_string(head.partition()) + ", size " + std::to_string(head.tree_size()) + ", root " +
         HexOf(head.root_hash()) + "\n";
}

// A proof that does not hold is a refusal by this tool, after the answer was printed.
template <class Answer, class Describe>
absl::Status PrintJudged(const Context& context, const absl::StatusOr<Answer>& answer, const std::string& problem, Describe describe) {
  const absl::Status printed = PrintAnswer(context, answer, describe);
  if (!printed.ok() || problem.empty()) return printed;
  return absl::DataLossError("NOT verified: " + problem);
}

struct HeadArguments {
  std::optional<uint32_t> partition;
  uint64_t size = 0;
};

absl::Status RunHead(Context& context, const HeadArguments& arguments) {
  std::vector<uint32_t> partitions;
  if (arguments.partition) {
    partitions.push_back(*arguments.partition);
  } else {
    const auto listed = context.Ask(&guanxi::v1::AdminService::Stub::ListPartitions, guanxi::v1::ListPartitionsRequest::default_instance());
    if (!listed.ok()) return listed.status();
    for (const auto& partition : listed->partitions()) partitions.push_back(partition.partition());
  }
  guanxi::v1::GetTreeHeadRequest request;
  request.set_tree_size(arguments.size);
  for (const uint32_t partition : partitions) {
    request.set_partition(partition);
    const absl::Status printed =
        PrintAnswer(context, context.Ask(&Stub::GetTreeHead, request), [](const auto& answer) { return DescribeHead(answer.tree_head()); });
    if (!printed.ok()) return printed;
  }
  return absl::OkStatus();
}

struct KeyArguments {};

absl::Status RunKey(Context& context, const KeyArguments&) {
  const auto answer = context.Ask(&Stub::GetTreeHead, guanxi::v1::GetTreeHeadRequest::default_instance());
  if (!answer.ok()) return answer.status();
  const auto key = ledger::PublicKey::FromBytes(answer->public_key());
  if (!key.ok()) return absl::FailedPreconditionError("the server has no key");
  return PrintAnswer(context, answer, [&](const auto&) { return key->Pem(); });
}

struct ProveArguments {
  guanxi::v1::LogPosition position;
  uint64_t size = 0;
  std::optional<ledger::Hash> root;
};

std::string DescribeRecord(const std::string& bytes) {
  const auto record = codec::DecodeRecord(bytes);
  if (!record.ok()) return "record: " + std::to_string(bytes.size()) + " bytes that this version cannot read\n";
  const auto type = relations::EventType{record->type};
  const std::string name = record->type == 0 ? Text(record->type_name) : std::string(relations::EntryOf(type).name);
  return "record: " + name + " " + Text(record->id) + " of " + Text(record->account_id) + " (" + Text(record->source) + "), occurred " +
         FormatTimestamp(record->occurred_at) + ", recorded " + FormatTimestamp(record->recorded_at) + "\n";
}

absl::Status RunProve(Context& context, const ProveArguments& arguments) {
  guanxi::v1::GetInclusionProofRequest request;
  *request.mutable_position() = arguments.position;
  request.set_tree_size(arguments.size);
  const auto answer = context.Ask(&Stub::GetInclusionProof, request);
  const std::string problem = answer.ok() ? ProblemOf(*answer, arguments.position.position(), arguments.root) : "";
  return PrintJudged(context, answer, problem, [&](const auto& proof) {
    const std::string verdict =
        problem.empty() ? "verified here: the record is in the log, by " + std::to_string(proof.hashes_size()) + " hashes\n" : "";
    return DescribeRecord(proof.record()) + "leaf " + HexOf(proof.leaf_hash()) + "\n" + DescribeHead(proof.tree_head()) + verdict;
  });
}

struct ConsistencyArguments {
  uint32_t partition = 0;
  uint64_t first = 0;
  uint64_t second = 0;
  std::optional<ledger::Hash> first_root;
};

absl::Status RunConsistency(Context& context, const ConsistencyArguments& arguments) {
  guanxi::v1::GetConsistencyProofRequest request;
  request.set_partition(arguments.partition);
  request.set_first_tree_size(arguments.first);
  request.set_second_tree_size(arguments.second);
  const auto answer = context.Ask(&Stub::GetConsistencyProof, request);
  const std::string problem = answer.ok() ? ProblemOf(*answer, arguments.first_root) : "";
  return PrintJudged(context, answer, problem, [&](const auto& proof) {
    const std::string verdict = problem.empty() ? "verified here: nothing of the first log was altered or removed\n" : "";
    return DescribeHead(proof.first()) + DescribeHead(proof.second()) + verdict;
  });
}

CLI::Option* AddRoot(CLI::App* command, const std::string& name, std::optional<ledger::Hash>& root, const std::string& description) {
  return AddParsed(command, name, root, description, "64 hexadecimal digits", ParseHash)->type_name("HEX");
}

}  // namespace

void AddAudit(CLI::App& app, Context& context) {
  CLI::App* noun = app.add_subcommand("audit", "Proofs that the log was never altered, checked here");
  noun->require_subcommand(1);
  auto head = std::make_shared<HeadArguments>();
  CLI::App* command = noun->add_subcommand("head", "Size and root of each partition's tree; keep them to check the log by later");
  auto* partition = command->add_option("--partition", head->partition, "Of this partition only");
  command->add_option("--size", head->size, "Tree size; default: the newest")->needs(partition);
  OnRun(command, context, head, "guanxi audit head --partition 2", RunHead);

  command = noun->add_subcommand("key", "The public key of the signed heads, as PEM; take it once, while the log is new, and keep it");
  OnRun(command, context, std::make_shared<KeyArguments>(), "guanxi audit key > guanxi.pub.pem", RunKey);

  auto prove = std::make_shared<ProveArguments>();
  command = noun->add_subcommand("prove", "That the record at a position is in the log; verifies the proof itself");
  AddPosition(command, "POSITION", prove->position, "partition:position")->required();
  command->add_option("--size", prove->size, "In the tree of this size; default: the newest");
  AddRoot(command, "--root", prove->root, "A root kept from elsewhere, that the server's must equal");
  OnRun(command, context, prove, "guanxi audit prove 2:1234", RunProve);

  auto consistency = std::make_shared<ConsistencyArguments>();
  command = noun->add_subcommand("consistency", "That an earlier log is a prefix of a later one; verifies the proof itself");
  command->add_option("--partition", consistency->partition, "Partition")->capture_default_str();
  command->add_option("--first", consistency->first, "Size of the earlier tree")->required()->check([](const std::string& size) {
    return size == "0" ? "is at least 1" : "";
  });
  command->add_option("--second", consistency->second, "Size of the later tree; default: the newest");
  AddRoot(command, "--first-root", consistency->first_root, "The root kept at the earlier time");
  OnRun(command, context, consistency, "guanxi audit consistency --partition 2 --first 1000 --first-root HEX", RunConsistency);

  AddAuditExport(*noun, context);
  AddAuditVerify(*noun, context);
}

}  // namespace guanxi::cli
