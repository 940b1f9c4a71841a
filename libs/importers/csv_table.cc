#include "importers/csv_table.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/reason.h"
#include "importers/text.h"

namespace guanxi::importers {

absl::StatusOr<CsvTable> CsvTable::Open(const std::string& path, const std::vector<std::string>& columns, ImportRun& run) {
  auto lines = LineReader::Open(path);
  if (!lines.ok()) return lines.status();
  CsvTable table(CsvReader(*std::move(lines)), run);
  const absl::Status header = table.ReadHeader(columns);
  if (!header.ok()) return header;
  run.BeginFile(path);
  return table;
}

absl::StatusOr<bool> CsvTable::Next() {
  while (true) {
    const auto more = reader_.Next(row_);
    if (!more.ok()) return more.status();
    const uint64_t bytes_done = reader_.lines().bytes_done();
    if (!*more) {
      run_->EndFile(bytes_done);
      return false;
    }
    run_->RowRead(bytes_done);
    if (IsWhole()) return true;
  }
}

absl::Status CsvTable::ReadHeader(const std::vector<std::string>& columns) {
  const std::string& path = reader_.lines().path();
  const auto more = reader_.Next(row_);
  if (!more.ok()) return more.status();
  width_ = row_.fields.size();
  for (const std::string& column : columns) {
    const auto found = std::find_if(row_.fields.begin(), row_.fields.end(), [&](const std::string& f) { return Trimmed(f) == column; });
    if (found == row_.fields.end())
      return Refuse(Reason::REQUEST_INVALID, absl::StrCat(path, " has no column ", column), {{"file", path}, {"column", column}});
    positions_.push_back(static_cast<size_t>(found - row_.fields.begin()));
  }
  return absl::OkStatus();
}

bool CsvTable::IsWhole() {
  if (!row_.problem.empty()) {
    run_->Broken(Outcome::kMalformedRow, row_.line, row_.problem);
  } else if (row_.fields.size() != width_) {
    run_->Broken(Outcome::kWrongFieldCount, row_.line,
                 std::to_string(row_.fields.size()) + " fields, the header has " + std::to_string(width_));
  } else if (!std::all_of(row_.fields.begin(), row_.fields.end(), IsUtf8)) {
    run_->Broken(Outcome::kNotUtf8, row_.line, "a field is not valid UTF-8");
  } else {
    return true;
  }
  return false;
}

}  // namespace guanxi::importers
