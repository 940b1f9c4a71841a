#include "importers/import_run.h"

#include <filesystem>
#include <utility>

#include "codec/proto_time.h"

namespace guanxi::importers {
namespace {

constexpr uint64_t kRowsPerProgress = 10'000;

}  // namespace

std::string ImportRun::CurrencyOr(std::string_view fallback) const {
  return options_.currency.empty() ? std::string(fallback) : options_.currency;
}

void ImportRun::BeginFile(const std::string& path) { report_.files.push_back({.file = path}); }

void ImportRun::EndFile(uint64_t bytes_done) {
  ReportProgress(bytes_done);
  bytes_of_finished_files_ += bytes_done;
}

void ImportRun::RowRead(uint64_t bytes_done) {
  ++report_.rows_read;
  ++report_.files.back().rows_read;
  if (report_.rows_read % kRowsPerProgress == 0) ReportProgress(bytes_done);
}

void ImportRun::Used() {
  ++report_.rows_used;
  ++report_.files.back().rows_used;
}

void ImportRun::Skip(Outcome outcome) {
  ++report_.skipped[outcome];
  ++report_.files.back().rows_skipped;
}

void ImportRun::Broken(Outcome outcome, uint64_t line, std::string what) {
  Skip(outcome);
  if (report_.problems.size() >= options_.problems_max) return;
  report_.problems.push_back({outcome, report_.files.back().file, line, std::move(what)});
}

absl::Status ImportRun::Emit(guanxi::v1::NewEvent&& event) {
  const Timestamp at = codec::FromProto(event.occurred_at());
  if (!report_.newest_occurred_at || *report_.newest_occurred_at < at) report_.newest_occurred_at = at;
  if (!options_.account_prefix.empty()) event.set_account_id(options_.account_prefix + event.account_id());
  absl::Status accepted = sink_.Accept(std::move(event));
  if (accepted.ok()) ++report_.events;
  return accepted;
}

void ImportRun::ReportProgress(uint64_t bytes_done_in_file) {
  if (!options_.progress) return;
  progress_.bytes_done = bytes_of_finished_files_ + bytes_done_in_file;
  progress_.rows = report_.rows_read;
  progress_.events = report_.events;
  options_.progress(progress_);
}

guanxi::v1::NewEvent MakeEvent(std::string_view source, const std::string& account_id, std::string id, Timestamp occurred_at,
                               const google::protobuf::Message& data) {
  guanxi::v1::NewEvent event;
  event.set_id(std::move(id));
  event.set_source(source.data(), source.size());
  event.set_account_id(account_id);
  *event.mutable_occurred_at() = codec::ToProto(occurred_at);
  event.mutable_data()->PackFrom(data);
  return event;
}

uint64_t FileBytes(const std::string& path) {
  std::error_code error;
  const uint64_t bytes = std::filesystem::file_size(path, error);
  return error ? 0 : bytes;
}

}  // namespace guanxi::importers
