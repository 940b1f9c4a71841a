// Owners of librdkafka's C objects; of this library's sources only.
#pragma once

#include <librdkafka/rdkafka.h>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "kafka/connection.h"

namespace guanxi::kafka {

template <auto destroy>
struct Destroyer {
  template <class T>
  void operator()(T* object) const {
    destroy(object);
  }
};
using List = std::unique_ptr<rd_kafka_topic_partition_list_t, Destroyer<rd_kafka_topic_partition_list_destroy>>;
using Topic = std::unique_ptr<rd_kafka_topic_t, Destroyer<rd_kafka_topic_destroy>>;
using Queue = std::unique_ptr<rd_kafka_queue_t, Destroyer<rd_kafka_queue_destroy>>;
using Event = std::unique_ptr<rd_kafka_event_t, Destroyer<rd_kafka_event_destroy>>;
using NewTopic = std::unique_ptr<rd_kafka_NewTopic_t, Destroyer<rd_kafka_NewTopic_destroy>>;
using DeleteTopic = std::unique_ptr<rd_kafka_DeleteTopic_t, Destroyer<rd_kafka_DeleteTopic_destroy>>;
using ConfigResource = std::unique_ptr<rd_kafka_ConfigResource_t, Destroyer<rd_kafka_ConfigResource_destroy>>;
using GroupMetadata = std::unique_ptr<rd_kafka_consumer_group_metadata_t, Destroyer<rd_kafka_consumer_group_metadata_destroy>>;
using Error = std::unique_ptr<rd_kafka_error_t, Destroyer<rd_kafka_error_destroy>>;

// Of the partitions from 0 on.
List OffsetsOf(const std::string& topic, const std::vector<uint64_t>& offsets);

// What librdkafka said, as one of our reasons; `what`: what was tried.
absl::Status StatusOf(rd_kafka_resp_err_t error, const std::string& what, const std::string& text = {});

// An rd_kafka_t with its own polling thread, which runs its callbacks. Every
// list, topic and queue made from it must be gone before it: librdkafka's
// destroy waits for them for ever (declare the handle first). A close that
// does not end within 10 s is left to itself, so that the process can end.
class Handle {
 public:
  using Settings = std::vector<std::pair<std::string, std::string>>;
  using Delivered = std::function<void(const rd_kafka_message_t&)>;

  // INVALID_ARGUMENT: a property that librdkafka does not know or take.
  static absl::StatusOr<std::unique_ptr<Handle>> Make(rd_kafka_type_t type, const Connection& connection, const Settings& settings,
                                                      Delivered delivered = nullptr);
  ~Handle();

  rd_kafka_t* get() const { return handle_; }
  // The newest complaint about brokers; empty when there was none.
  std::string last_error() const;
  // Not usable any more.
  bool failed_for_good() const { return fatal_; }

 private:
  Handle() = default;
  static void OnError(rd_kafka_t* handle, int error, const char* text, void* self);
  static void OnDelivery(rd_kafka_t* handle, const rd_kafka_message_t* message, void* self);

  rd_kafka_t* handle_ = nullptr;
  Delivered delivered_;
  mutable std::mutex mutex_;
  std::string last_error_;
  std::atomic<bool> fatal_{false}, stopping_{false};
  std::thread poller_;
};

}  // namespace guanxi::kafka
