// Work on several threads at once. The checks of Boost.Test are for one thread
// only: what goes wrong on the others is thrown there, and read here when all
// have ended.
#pragma once

#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace guanxi::test {

inline void Must(bool holds, const std::string& what) {
  if (!holds) throw std::runtime_error(what);
}

class AtOnce {
 public:
  AtOnce() = default;
  AtOnce(const AtOnce&) = delete;
  AtOnce& operator=(const AtOnce&) = delete;
  ~AtOnce() { Complaints(); }

  void Run(std::function<void()> work) {
    threads_.emplace_back([this, work = std::move(work)] {
      try {
        work();
      } catch (const std::exception& thrown) {
        const std::lock_guard lock(mutex_);
        complaints_ += std::string(thrown.what()) + "\n";
      }
    });
  }
  // Waits for all of it; a line for each thread that threw.
  std::string Complaints() {
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
    return complaints_;
  }

 private:
  std::mutex mutex_;
  std::string complaints_;
  std::vector<std::thread> threads_;
};

}  // namespace guanxi::test
