#include "importers/csv.h"

#include <string_view>
#include <utility>

namespace guanxi::importers {
namespace {

std::string_view WithoutTerminator(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

}  // namespace

CsvReader::CsvReader(LineReader lines, char separator) : lines_(std::move(lines)), separator_(separator) {}

absl::StatusOr<bool> CsvReader::Next(CsvRow& row) {
  row.fields.clear();
  row.problem.clear();
  taken_.clear();
  taken_bytes_ = 0;
  state_ = State::kFieldStart;
  while (taken_.empty() || state_ == State::kQuoted) {
    const auto more = NextLine();
    if (!more.ok()) return more.status();
    if (!*more && taken_.empty()) return false;
    if (!*more || (taken_.size() > 1 && taken_bytes_ > kCsvRowBytesMax)) {
      GiveBackAllButFirst();
      row.problem = "a quote is opened and never closed";
      break;
    }
    if (taken_.size() == 1 && WithoutTerminator(taken_.front().text).empty()) {
      taken_.clear();
      taken_bytes_ = 0;
      continue;
    }
    ParseLine(taken_.back().text, row);
    if (taken_.back().too_long) row.problem = "the line is longer than 8 MiB";
  }
  row.line = taken_.front().number;
  if (state_ == State::kBroken) {
    // The quote that closed it opens a field of a later line: rows between them are rows.
    GiveBackAllButFirst();
    row.problem = "text after a closing quote";
  }
  return true;
}

absl::StatusOr<bool> CsvReader::NextLine() {
  Line line;
  if (!again_.empty()) {
    line = std::move(again_.front());
    again_.pop_front();
  } else {
    const auto more = lines_.Next(line);
    if (!more.ok() || !*more) return more;
  }
  taken_bytes_ += line.text.size();
  taken_.push_back(std::move(line));
  return true;
}

void CsvReader::ParseLine(const std::string& text, CsvRow& row) {
  if (state_ == State::kFieldStart) row.fields.emplace_back();
  const std::string_view body = WithoutTerminator(text);
  for (const char c : body) Step(c, row);
  // The line break belongs to a field still in quotes, as it stands.
  if (state_ == State::kQuoted) row.fields.back().append(text, body.size());
}

void CsvReader::Step(char c, CsvRow& row) {
  const bool ends_field = c == separator_ && state_ != State::kQuoted && state_ != State::kBroken;
  if (ends_field) {
    row.fields.emplace_back();
    state_ = State::kFieldStart;
  } else if (state_ == State::kFieldStart && c == '"') {
    state_ = State::kQuoted;
  } else if (state_ == State::kQuoted && c == '"') {
    state_ = State::kQuoteInQuoted;
  } else if (state_ == State::kQuoteInQuoted && c != '"') {
    state_ = State::kBroken;
  } else {
    if (state_ == State::kQuoteInQuoted) state_ = State::kQuoted;
    if (state_ == State::kFieldStart) state_ = State::kPlain;
    row.fields.back() += c;
  }
}

void CsvReader::GiveBackAllButFirst() {
  for (size_t i = taken_.size() - 1; i > 0; --i) again_.push_front(std::move(taken_[i]));
  taken_.resize(1);
}

}  // namespace guanxi::importers
