// One partition's reader: finds where to go on, reads, hands the steps to the
// partition's actor in order. Its own thread. When the actor's queue is full it
// does not poll; when the source is not what it was it says so, and tries again.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "intake/message_reader.h"
#include "intake/pending.h"
#include "intake/trouble_log.h"
#include "kafka/consumer.h"
#include "partition/cluster.h"

namespace guanxi::intake {

class PartitionSource {
 public:
  struct Surroundings {
    kafka::Consumer& consumer;
    partition::Cluster& cluster;
    Pending& pending;
    const MessageReader& reader;
    // The source's identity while the topic is found to be the right one; otherwise
    // why not.
    std::function<absl::StatusOr<std::string>(PartitionId)> identity;
    // Writes into the partition's topic from what it goes on; waits until it is there.
    std::function<absl::Status(PartitionId, const LogBase&)> tell_base;
  };

  PartitionSource(Surroundings surroundings, PartitionId partition);
  ~PartitionSource() { Stop(); }
  void Start();
  // Does not wait; Stop does. Thread-safe.
  void AskToStop();
  void Stop();

  // Steps of `run` were not applied. Thread-safe; does not block.
  void ReadAgain(uint64_t run);
  // Everything that was there when the source was first opened is applied. Thread-safe.
  bool HasSeenThePast() const;
  // OK: reading. Otherwise what keeps it from that. Thread-safe.
  absl::Status status() const;
  // OK: what is produced to the partition is read here. Not before it was looked at, nor
  // when the topic is not the right one; a source that does not answer for some seconds
  // stays OK, as it mostly does again before a deadline passes. Thread-safe.
  absl::Status Accepts() const;
  // Until it is known how it stands.
  void AwaitFirstLook(std::chrono::steady_clock::time_point deadline);

 private:
  void Run();
  // Sets identity_, next_ and the consumer; the step's record may be read twice.
  absl::Status Open();
  // Of a directory that followed no topic yet: begins the topic where the directory ends?
  absl::Status CheckBase(const partition::View& view, uint64_t end);
  // What the topic's first record says; nullopt: there is none.
  absl::StatusOr<std::optional<LogBase>> ReadBase();
  absl::Status CompareLast(const partition::SourceProgress& progress);
  // Until there is nothing to read, ReadAgain or Stop; why it ended.
  absl::Status Read();
  absl::Status CheckTopic() const;
  // Whether it may be applied here: what comes after it would be judged otherwise than elsewhere.
  absl::Status Check(const Reading& reading);
  absl::Status CheckBeginning(const Reading& reading);
  absl::Status CheckUtcOffset(const Reading& reading);
  absl::Status CheckAdmission(const partition::Submission& submission) const;
  absl::Status Take(kafka::Polled polled, std::vector<partition::SourceStep>& steps);
  partition::SourceStep StepOf(const kafka::Message& message, Reading reading) const;
  bool Apply(std::vector<partition::SourceStep>& steps);
  bool IsVoid() const { return stopping_ || void_run_ >= run_; }
  void Note(absl::Status status);
  void Pause(std::chrono::milliseconds time);

  const Surroundings around_;
  const PartitionId partition_;
  std::atomic<bool> stopping_{false};
  std::atomic<uint64_t> void_run_{0};
  std::atomic<uint64_t> past_end_;
  mutable std::atomic<bool> has_seen_past_{false};

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  absl::Status status_;
  bool looked_ = false, opened_ = false;
  std::chrono::steady_clock::time_point good_until_;  // when status_ ceased to be OK

  // Of its thread.
  uint64_t run_ = 0;
  TroubleLog log_;
  uint64_t next_ = 0;
  LogBase base_;                     // the directory's own
  bool beginning_is_known_ = false;  // what the topic begins with was compared with it
  bool barred_ = false;              // the next record cannot be applied, however often it is read
  bool utc_offset_agreed_ = false;
  std::shared_ptr<const std::string> identity_;
  std::thread thread_;
};

}  // namespace guanxi::intake
