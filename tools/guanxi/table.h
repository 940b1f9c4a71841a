// Text tables for terminals. Pure; values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace guanxi::cli {

// Columns the text takes on a terminal: East Asian wide characters count 2,
// combining marks 0, bytes that are no UTF-8 1 each.
size_t DisplayWidth(std::string_view text);

// The text without anything that could steer a terminal: each control
// character and each byte that is no UTF-8 becomes '?'. Names come from other systems.
std::string Shown(std::string_view text);

enum class Align { kLeft, kRight };

struct Column {
  std::string title;
  Align align = Align::kLeft;
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // As many cells as there are columns; cells are passed through Shown.
  void AddRow(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }

  // Title line, then the rows; columns two blanks apart, no blanks at line ends.
  std::string Render() const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

// value of `full` as a bar of `cells` characters: "████░░░░". Values outside 0..full are clamped; full 0: empty.
std::string Bar(int64_t value, int64_t full, int cells);

}  // namespace guanxi::cli
