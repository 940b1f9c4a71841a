// The file of heads: what somebody outside keeps, to hold the log to it later.
// Lines of protobuf's JSON of SignedTreeHead (docs/formats/signed-head.md).
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "guanxid/head_metrics.h"
#include "guanxid/head_signer.h"
#include "partition/cluster.h"

namespace guanxi::service {

// Appends a head of every partition that grew, and fsyncs: when it starts, at
// every interval, and when it is destroyed. The file is opened anew each time,
// so it may be moved away while the daemon runs. Thread-safe.
class HeadPublisher {
 public:
  // Cuts off a line that a crash tore, and goes on from the newest head of each
  // partition and log epoch in the file. STORE_CORRUPT when the log is not one
  // that has those heads: an honest log never signs two histories.
  // FAILED_PRECONDITION when a line is no head. The references outlive it.
  static absl::StatusOr<std::unique_ptr<HeadPublisher>> Start(std::filesystem::path file, std::chrono::seconds interval,
                                                              const partition::Cluster& cluster, const HeadSigner& signer);
  ~HeadPublisher();

  // Now. What could not be written is published the next time. Cost: a
  // signature and a consistency proof for each partition that grew, one fsync.
  absl::Status Publish();

  // Prometheus' text format.
  std::string MetricsText() const { return metrics_.Text(); }

 private:
  // The newest published head of a partition; size 0: none.
  struct Published {
    v1::TreeHead head;
    Timestamp signed_at = kEarliestTimestamp;
  };

  HeadPublisher(std::filesystem::path file, const partition::Cluster& cluster, const HeadSigner& signer);
  absl::Status Resume();
  absl::StatusOr<size_t> ResumeFrom(const std::string& tail);
  absl::Status CheckAgainstLog(const Published& published) const;
  absl::StatusOr<v1::SignedTreeHead> NextHead(const partition::View& view, const Published& last) const;
  void PublishOrSay();
  void Run(const std::stop_token& stop, std::chrono::seconds interval);

  const std::filesystem::path file_;
  const partition::Cluster& cluster_;
  const HeadSigner& signer_;
  HeadMetrics metrics_;
  std::mutex mutex_;
  std::vector<Published> last_;  // by partition
  std::jthread timer_;
};

}  // namespace guanxi::service
