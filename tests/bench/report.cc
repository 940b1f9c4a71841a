#include "bench/report.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace guanxi::bench {
namespace {

constexpr const char* kRoles[] = {"floor", "peer", "engine"};
constexpr size_t kColumns = 7;
constexpr std::array<const char*, kColumns> kHeadings = {"row", "what", "engine", "against", "ratio", "bar", ""};

std::string BarText(const Bar& bar) {
  if (bar.kind == Bar::kNone) return "-";
  return fmt::format("{} {}", bar.kind == Bar::kAtLeast ? ">=" : "<=", Number(bar.limit));
}

std::string Verdict(double ratio, const Bar& bar) {
  if (bar.kind == Bar::kNone) return "";
  const bool met = bar.kind == Bar::kAtLeast ? ratio >= bar.limit : ratio <= bar.limit;
  return met ? "met" : "MISSED";
}

std::string Grouped(int64_t value) {
  std::string text = std::to_string(value);
  for (int at = static_cast<int>(text.size()) - 3; at > 0; at -= 3) text.insert(static_cast<size_t>(at), ",");
  return text;
}

}  // namespace

std::string Number(double value) {
  if (value >= 100) return Grouped(std::llround(value));
  return value >= 10 ? fmt::format("{:.1f}", value) : fmt::format("{:.3g}", value);
}

std::string Rate(double per_second) { return Number(per_second) + "/s"; }

std::string Micros(double micros) { return micros < 1000 ? Number(micros) + " us" : Number(micros / 1000) + " ms"; }

void Report::Begin(const std::string& row) {
  row_ = row;
  fmt::print("\n{}\n", row);
}

void Report::Measured(Role role, const std::string& what, const Figures& figures) {
  const char* const name = kRoles[static_cast<int>(role)];
  fmt::print("  {:<7}{:<58}{:>13}", name, what, figures.per_second > 0 ? Rate(figures.per_second) : "");
  if (figures.p50_micros > 0) fmt::print("   p50 {:>8}  p99 {:>8}", Micros(figures.p50_micros), Micros(figures.p99_micros));
  if (figures.cpu_seconds_per_million > 0) fmt::print("   {:>7} CPU s/M", Number(figures.cpu_seconds_per_million));
  fmt::print("\n");
  std::fflush(stdout);
  measurements_.push_back({{"row", row_},
                           {"role", name},
                           {"what", what},
                           {"per_second", figures.per_second},
                           {"p50_micros", figures.p50_micros},
                           {"p99_micros", figures.p99_micros},
                           {"cpu_seconds_per_million", figures.cpu_seconds_per_million}});
}

void Report::Value(Role role, const std::string& what, double value, const std::string& unit) {
  const char* const name = kRoles[static_cast<int>(role)];
  fmt::print("  {:<7}{:<58}{:>13} {}\n", name, what, Number(value), unit);
  std::fflush(stdout);
  measurements_.push_back({{"row", row_}, {"role", name}, {"what", what}, {"value", value}, {"unit", unit}});
}

void Report::Compare(const std::string& what, const std::string& engine, const std::string& against, double ratio, Bar bar) {
  comparisons_.push_back({row_, what, engine, against, ratio > 0 ? Number(ratio) : "-", BarText(bar), Verdict(ratio, bar)});
}

void Report::NotMeasured(const std::string& what, const std::string& why) {
  fmt::print("  {}: {}\n", what, why);
  comparisons_.push_back({row_, what, "-", why, "-", "-", "not measured"});
}

void Report::Note(const std::string& text) {
  fmt::print("  {}\n", text);
  notes_.push_back({{"row", row_}, {"note", text}});
}

void Report::PrintTable() const {
  std::vector<std::array<std::string, kColumns>> lines;
  lines.emplace_back();
  for (size_t c = 0; c < kColumns; ++c) lines.back()[c] = kHeadings[c];
  for (const Comparison& c : comparisons_) lines.push_back({c.row, c.what, c.engine, c.against, c.ratio, c.bar, c.verdict});
  std::array<size_t, kColumns> widths{};
  for (const auto& line : lines)
    for (size_t c = 0; c < kColumns; ++c) widths[c] = std::max(widths[c], line[c].size());
  fmt::print("\n");
  for (size_t l = 0; l < lines.size(); ++l) {
    fmt::print("|");
    for (size_t c = 0; c < kColumns; ++c) fmt::print(" {:<{}} |", lines[l][c], widths[c]);
    fmt::print("\n");
    if (l != 0) continue;
    fmt::print("|");
    for (const size_t width : widths) fmt::print("{:-<{}}|", "", width + 2);
    fmt::print("\n");
  }
}

boost::json::object Report::ToJson() const {
  boost::json::array table;
  for (const Comparison& c : comparisons_)
    table.push_back({{"row", c.row},
                     {"what", c.what},
                     {"engine", c.engine},
                     {"against", c.against},
                     {"ratio", c.ratio},
                     {"bar", c.bar},
                     {"verdict", c.verdict}});
  return {{"measurements", measurements_}, {"notes", notes_}, {"table", table}};
}

}  // namespace guanxi::bench
