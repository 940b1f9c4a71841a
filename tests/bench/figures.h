// What was measured: rates, exact quantiles over all samples, CPU.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace guanxi::bench {

// Every latency of a run, in microseconds. Quantiles are exact: nothing is bucketed or dropped. Not thread-safe.
class Samples {
 public:
  void Add(double micros) { micros_.push_back(static_cast<float>(micros)); }
  void Add(const Samples& other) { micros_.insert(micros_.end(), other.micros_.begin(), other.micros_.end()); }
  size_t count() const { return micros_.size(); }
  // The smallest sample that at least `share` (0-1) of all samples do not exceed; 0 without samples. Reorders.
  double At(double share) {
    if (micros_.empty()) return 0;
    const size_t rank = std::min(micros_.size() - 1, static_cast<size_t>(share * static_cast<double>(micros_.size())));
    std::nth_element(micros_.begin(), micros_.begin() + static_cast<std::ptrdiff_t>(rank), micros_.end());
    return micros_[rank];
  }

 private:
  std::vector<float> micros_;
};

// 0: not measured.
struct Figures {
  double per_second = 0;
  double p50_micros = 0, p99_micros = 0;
  double cpu_seconds_per_million = 0;  // of the server, or of the process that does the work
};

}  // namespace guanxi::bench
