// The bookkeeping of one running import, for the importers of this library:
// every row ends in exactly one of Used, Skip and Broken; events go through Emit.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "importers/import.h"

namespace guanxi::importers {

// Not thread-safe. Refers to options, sink and report: they outlive it.
class ImportRun {
 public:
  ImportRun(const ImportOptions& options, EventSink& sink, ImportReport& report) : options_(options), sink_(sink), report_(report) {}

  const ImportOptions& options() const { return options_; }
  std::string CurrencyOr(std::string_view fallback) const;

  // Size of all files to come, for the progress.
  void ExpectBytes(uint64_t total) { progress_.bytes_total = total; }
  void BeginFile(const std::string& path);
  // `bytes_done`: of the current file.
  void EndFile(uint64_t bytes_done);

  void RowRead(uint64_t bytes_done);
  void Used();
  void Skip(Outcome outcome);
  void Broken(Outcome outcome, uint64_t line, std::string what);
  void Note(Outcome outcome) { ++report_.noted[outcome]; }

  absl::Status Emit(guanxi::v1::NewEvent&& event);
  // The file's business clock, which never goes back.
  void SawClock(Timestamp clock) { report_.clock = std::max(report_.clock.value_or(clock), clock); }
  absl::StatusOr<bool> Adopt(const guanxi::event::v1::PolicyAdopted& policy) { return sink_.Adopt(policy); }

 private:
  void ReportProgress(uint64_t bytes_done_in_file);

  const ImportOptions& options_;
  EventSink& sink_;
  ImportReport& report_;
  ImportProgress progress_;
  uint64_t bytes_of_finished_files_ = 0;
};

// An event whose payload is `data`, a guanxi.event.v1 message.
guanxi::v1::NewEvent MakeEvent(std::string_view source, const std::string& account_id, std::string id, Timestamp occurred_at,
                               const google::protobuf::Message& data);

// 0 when the file does not exist.
uint64_t FileBytes(const std::string& path);

}  // namespace guanxi::importers
