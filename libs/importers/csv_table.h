// A CSV file with a header: the importers' view of it. Broken rows are counted
// and passed over here, so that an importer sees only whole rows.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "importers/csv.h"
#include "importers/import_run.h"
#include "importers/text.h"

namespace guanxi::importers {

// Not thread-safe. Refers to `run`, which outlives it.
class CsvTable {
 public:
  // REQUEST_INVALID when the file cannot be opened or lacks one of `columns`;
  // other columns and their order do not matter.
  static absl::StatusOr<CsvTable> Open(const std::string& path, const std::vector<std::string>& columns, ImportRun& run);

  // False at the end, when the file has been ended in `run` too.
  absl::StatusOr<bool> Next();

  // The field of columns[index] in the current row, without blanks at its ends. Valid until Next.
  std::string_view Field(size_t index) const { return Trimmed(row_.fields[positions_[index]]); }
  uint64_t line() const { return row_.line; }

 private:
  CsvTable(CsvReader reader, ImportRun& run) : reader_(std::move(reader)), run_(&run) {}
  absl::Status ReadHeader(const std::vector<std::string>& columns);
  bool IsWhole();

  CsvReader reader_;
  ImportRun* run_;
  CsvRow row_;
  size_t width_ = 0;
  std::vector<size_t> positions_;
};

}  // namespace guanxi::importers
