// What a run says: a line per measurement as it is made, the table of bars at
// the end, and both as JSON.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "bench/figures.h"

namespace guanxi::bench {

enum class Role { kFloor, kPeer, kEngine };

// A bar of the design, on a ratio or on a plain number.
struct Bar {
  enum Kind { kAtLeast, kAtMost, kNone } kind = kNone;
  double limit = 0;
};
inline Bar AtLeast(double limit) { return {Bar::kAtLeast, limit}; }
inline Bar AtMost(double limit) { return {Bar::kAtMost, limit}; }

// Not thread-safe.
class Report {
 public:
  // The row that what follows belongs to.
  void Begin(const std::string& row);
  void Measured(Role role, const std::string& what, const Figures& figures);
  // What is neither a rate nor a latency.
  void Value(Role role, const std::string& what, double value, const std::string& unit);
  // One line of the table: the engine's figure beside another one, their ratio (0: there is none) and its bar.
  void Compare(const std::string& what, const std::string& engine, const std::string& against, double ratio, Bar bar);
  // A line of the table without a figure: why it could not be measured.
  void NotMeasured(const std::string& what, const std::string& why);
  // Also kept in the JSON.
  void Note(const std::string& text);

  void PrintTable() const;
  boost::json::object ToJson() const;

 private:
  struct Comparison {
    std::string row, what, engine, against, ratio, bar, verdict;
  };
  std::string row_;
  std::vector<Comparison> comparisons_;
  boost::json::array measurements_, notes_;
};

// "12,345", "0.76"; four digits that matter.
std::string Number(double value);
std::string Rate(double per_second);  // "12,345/s"
std::string Micros(double micros);    // "84 us", "1.2 ms"

}  // namespace guanxi::bench
