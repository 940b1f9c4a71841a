// Rows of a CSV file after RFC 4180: fields in quotes may hold separators,
// doubled quotes and line breaks; lines end in CRLF or LF.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "importers/line_reader.h"

namespace guanxi::importers {

// A row in quotes may run over lines up to this size; beyond it the quote
// counts as never closed.
inline constexpr size_t kCsvRowBytesMax = size_t{1} << 20;

struct CsvRow {
  std::vector<std::string> fields;
  // Where the row begins, from 1.
  uint64_t line = 0;
  // Empty: a good row. Else what is wrong with it; `fields` mean nothing then.
  std::string problem;
};

// Not thread-safe. A quote that never closes, or has text after its end, costs only
// the line it is in: the lines after it are read again as rows of their own.
class CsvReader {
 public:
  explicit CsvReader(LineReader lines, char separator = ',');

  // False at the end. Empty lines outside quotes are passed over.
  absl::StatusOr<bool> Next(CsvRow& row);

  const LineReader& lines() const { return lines_; }

 private:
  enum class State { kFieldStart, kPlain, kQuoted, kQuoteInQuoted, kBroken };

  absl::StatusOr<bool> NextLine();
  void ParseLine(const std::string& text, CsvRow& row);
  void Step(char c, CsvRow& row);
  void GiveBackAllButFirst();

  LineReader lines_;
  char separator_;
  State state_ = State::kFieldStart;
  // Lines of the row being read; lines to be read again.
  std::vector<Line> taken_;
  std::deque<Line> again_;
  size_t taken_bytes_ = 0;
};

}  // namespace guanxi::importers
