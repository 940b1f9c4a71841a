#include "kafka/handle.h"

#include <condition_variable>
#include <cstdio>

#include "base/reason.h"

namespace guanxi::kafka {
namespace {

constexpr int kPollMs = 100;
constexpr std::chrono::seconds kCloseMax{10};

bool IsMissing(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC || error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
         error == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION;
}

// Shared with the thread that destroys, which may outlive the handle.
struct Closing {
  std::mutex mutex;
  std::condition_variable done;
  bool closed = false;
};

void Destroy(rd_kafka_t* handle) {
  auto closing = std::make_shared<Closing>();
  std::thread([closing, handle] {
    rd_kafka_destroy(handle);
    const std::lock_guard lock(closing->mutex);
    closing->closed = true;
    closing->done.notify_all();
  }).detach();
  std::unique_lock lock(closing->mutex);
  if (!closing->done.wait_for(lock, kCloseMax, [&] { return closing->closed; }))
    std::fprintf(stderr, "kafka: a client did not close within %d s and is left to itself\n", static_cast<int>(kCloseMax.count()));
}

// A right password that is called wrong: brokers of version 4 check a nonce that older clients spell wrongly.
const char* HintOn(int error, std::string_view text) {
  constexpr int kScramRepaired = 0x02060100;
  if (error != RD_KAFKA_RESP_ERR__AUTHENTICATION || text.find("SCRAM") == std::string_view::npos || rd_kafka_version() >= kScramRepaired)
    return "";
  return "; librdkafka before 2.6.1 cannot do SCRAM with brokers of version 4 and later, whatever the password: use PLAIN over TLS there";
}

}  // namespace

std::string ClientVersion() { return rd_kafka_version_str(); }

List OffsetsOf(const std::string& topic, const std::vector<uint64_t>& offsets) {
  List list(rd_kafka_topic_partition_list_new(static_cast<int>(offsets.size())));
  for (size_t p = 0; p < offsets.size(); ++p)
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), static_cast<int32_t>(p))->offset = static_cast<int64_t>(offsets[p]);
  return list;
}

absl::Status StatusOf(rd_kafka_resp_err_t error, const std::string& what, const std::string& text) {
  const std::string name = rd_kafka_err2name(error);
  const std::string message = what + ": " + (text.empty() ? rd_kafka_err2str(error) : text);
  return Refuse(IsMissing(error) ? Reason::TOPIC_MISSING : Reason::SOURCE_UNAVAILABLE, message, {{"error", name}});
}

absl::StatusOr<std::unique_ptr<Handle>> Handle::Make(rd_kafka_type_t type, const Connection& connection, const Settings& settings,
                                                     Delivered delivered) {
  std::unique_ptr<Handle> self(new Handle);
  self->delivered_ = std::move(delivered);
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  char text[512];
  Settings all = {{"bootstrap.servers", connection.brokers}, {"client.id", "guanxi"}, {"log_level", "2"}};
  all.insert(all.end(), {{"socket.nagle.disable", "true"}, {"reconnect.backoff.max.ms", "1000"}});
  all.insert(all.end(), settings.begin(), settings.end());
  all.insert(all.end(), connection.properties.begin(), connection.properties.end());
  for (const auto& [key, value] : all) {
    if (rd_kafka_conf_set(conf, key.c_str(), value.c_str(), text, sizeof text) == RD_KAFKA_CONF_OK) continue;
    rd_kafka_conf_destroy(conf);
    return absl::InvalidArgumentError(std::string("kafka: ") + text);
  }
  rd_kafka_conf_set_opaque(conf, self.get());
  rd_kafka_conf_set_error_cb(conf, OnError);
  if (self->delivered_ != nullptr) rd_kafka_conf_set_dr_msg_cb(conf, OnDelivery);
  self->handle_ = rd_kafka_new(type, conf, text, sizeof text);
  if (self->handle_ == nullptr) {
    rd_kafka_conf_destroy(conf);
    return absl::InvalidArgumentError(std::string("kafka: ") + text);
  }
  self->poller_ = std::thread([raw = self.get()] {
    while (!raw->stopping_) rd_kafka_poll(raw->handle_, kPollMs);
  });
  return self;
}

Handle::~Handle() {
  stopping_ = true;
  if (poller_.joinable()) poller_.join();
  if (handle_ == nullptr) return;
  // Reports of what was given up are still due.
  while (rd_kafka_poll(handle_, 0) > 0) {
  }
  Destroy(handle_);
}

std::string Handle::last_error() const {
  const std::lock_guard lock(mutex_);
  return last_error_;
}

void Handle::OnError(rd_kafka_t* handle, int error, const char* text, void* self) {
  auto* const me = static_cast<Handle*>(self);
  if (error == RD_KAFKA_RESP_ERR__FATAL) me->fatal_ = true;
  const std::lock_guard lock(me->mutex_);
  // That all brokers are down follows from what was said before it, which says why.
  if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN && !me->last_error_.empty()) return;
  me->last_error_ = std::string(rd_kafka_err2name(static_cast<rd_kafka_resp_err_t>(error))) + ": " + text + HintOn(error, text);
}

void Handle::OnDelivery(rd_kafka_t* handle, const rd_kafka_message_t* message, void* self) {
  static_cast<Handle*>(self)->delivered_(*message);
}

}  // namespace guanxi::kafka
