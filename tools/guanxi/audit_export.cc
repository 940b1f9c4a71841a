// guanxi audit export
#include <cstdio>
#include <filesystem>

#include "guanxi/v1/admin_service.grpc.pb.h"
#include "guanxi/v1/audit_service.grpc.pb.h"
#include "tools/guanxi/audit_commands.h"
#include "tools/guanxi/output_file.h"
#include "tools/guanxi/print.h"
#include "tools/guanxi/progress.h"
#include "tools/guanxi/values.h"

namespace guanxi::cli {
namespace {

using Stub = guanxi::v1::AuditService::Stub;

struct ExportArguments {
  std::string directory;
};

class Exporter {
 public:
  Exporter(Context& context, std::string directory) : context_(context), directory_(std::move(directory)) {}

  absl::Status ExportAll() {
    const auto partitions =
        context_.Ask(&guanxi::v1::AdminService::Stub::ListPartitions, guanxi::v1::ListPartitionsRequest::default_instance());
    if (!partitions.ok()) return partitions.status();
    auto heads = OutputFile::Open(directory_ + "/heads.jsonl");
    if (!heads.ok()) return heads.status();
    for (const auto& partition : partitions->partitions())
      if (absl::Status exported = ExportPartition(partition.partition(), *heads); !exported.ok()) return exported;
    return heads->Close();
  }

  uint64_t records() const { return records_; }

 private:
  // The head first: it says how far the records go.
  absl::Status ExportPartition(uint32_t partition, OutputFile& heads) {
    guanxi::v1::GetTreeHeadRequest request;
    request.set_partition(partition);
    const auto answer = context_.Ask(&Stub::GetTreeHead, request);
    if (!answer.ok()) return answer.status();
    if (answer->tree_head().tree_size() == 0) return absl::OkStatus();
    if (absl::Status written = WriteJson(heads, answer->signed_tree_head()); !written.ok()) return written;
    char name[32];
    std::snprintf(name, sizeof name, "/records-%04u.jsonl", partition);
    auto file = OutputFile::Open(directory_ + name);
    if (!file.ok()) return file.status();
    if (absl::Status written = WriteRecords(answer->tree_head(), *file); !written.ok()) return written;
    return file->Close();
  }

  absl::Status WriteRecords(const guanxi::v1::TreeHead& head, OutputFile& file) {
    guanxi::v1::ExportRecordsRequest request;
    request.set_partition(head.partition());
    request.set_tree_size(head.tree_size());
    const auto write = [&](const guanxi::v1::ExportRecordsResponse& message) {
      for (const auto& record : message.records())
        if (absl::Status written = WriteJson(file, record); !written.ok()) return written;
      records_ += static_cast<uint64_t>(message.records_size());
      progress_.Show("exported " + FormatCount(records_) + " records");
      return absl::OkStatus();
    };
    return context_.Follow<Stub, guanxi::v1::ExportRecordsRequest, guanxi::v1::ExportRecordsResponse>(&Stub::ExportRecords, request, write);
  }

  static absl::Status WriteJson(OutputFile& file, const google::protobuf::Message& message) {
    const auto json = JsonOf(message, false);
    return json.ok() ? file.WriteLine(*json) : json.status();
  }

  Context& context_;
  const std::string directory_;
  Progress progress_;
  uint64_t records_ = 0;
};

absl::Status RunExport(Context& context, const ExportArguments& arguments) {
  std::error_code error;
  std::filesystem::create_directories(arguments.directory, error);
  if (error) return absl::FailedPreconditionError("cannot create " + arguments.directory + ": " + error.message());
  const bool exported_before = std::filesystem::exists(arguments.directory + "/heads.jsonl", error);
  if (error) return absl::FailedPreconditionError("cannot look into " + arguments.directory + ": " + error.message());
  if (exported_before)
    return Misused(arguments.directory + " holds an export already", "Name another directory: evidence is kept, not replaced.");
  Exporter exporter(context, arguments.directory);
  const absl::Status exported = exporter.ExportAll();
  if (exported.ok())
    std::fprintf(stderr, "exported %s records to %s\n", FormatCount(exporter.records()).c_str(), arguments.directory.c_str());
  return exported;
}

}  // namespace

void AddAuditExport(CLI::App& audit, Context& context) {
  auto arguments = std::make_shared<ExportArguments>();
  CLI::App* command = audit.add_subcommand(
      "export", "The stored records of all partitions and their signed heads, for `audit verify`; personal parts stay sealed");
  command
      ->add_option("DIR", arguments->directory, "Gets records-0000.jsonl ... and heads.jsonl; made when missing, must hold no other export")
      ->required();
  OnRun(command, context, arguments, "guanxi audit export evidence-2024-06", RunExport);
}

}  // namespace guanxi::cli
