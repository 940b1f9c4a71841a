#include "kafka/transactions.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "base/reason.h"
#include "kafka/handle.h"
#include "kafka/outgoing.h"

namespace guanxi::kafka {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kBufferWait{100};
constexpr milliseconds kLookEvery{200};

absl::Status OutcomeOf(const Error& error, const std::string& what) {
  if (error == nullptr) return absl::OkStatus();
  return StatusOf(rd_kafka_error_code(error.get()), what, rd_kafka_error_string(error.get()));
}

// Late, or for now otherwise: a wait that ends is said to have failed as the newest attempt did.
bool MayGoOn(const Error& error) {
  if (error == nullptr || rd_kafka_error_txn_requires_abort(error.get()) != 0 || rd_kafka_error_is_fatal(error.get()) != 0) return false;
  return rd_kafka_error_is_retriable(error.get()) != 0 || rd_kafka_error_code(error.get()) == RD_KAFKA_RESP_ERR__TIMED_OUT;
}

// What librdkafka waits for too long may be asked for again, and goes on where it was. So a long wait is many short ones.
absl::Status WaitFor(const std::function<Error(int milliseconds)>& ask, milliseconds timeout, const std::function<bool()>& given_up,
                     const std::string& what) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  for (;;) {
    const auto asked = std::chrono::steady_clock::now();
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - asked);
    const Error error = ask(static_cast<int>(std::clamp(left, milliseconds(0), kLookEvery).count()));
    if (!MayGoOn(error) || left <= kLookEvery) return OutcomeOf(error, what);
    if (given_up()) return Refuse(Reason::SHUTTING_DOWN, what + " was given up");
    std::this_thread::sleep_until(asked + kLookEvery);
  }
}

}  // namespace

struct TransactionalProducer::Impl {
  absl::Status WaitFor(rd_kafka_error_t* (*call)(rd_kafka_t*, int), milliseconds timeout, const std::string& what) const {
    return kafka::WaitFor([&](int at_most) { return Error(call(handle->get(), at_most)); }, timeout, given_up, what);
  }

  // Whoever begins to write under an id takes it from who did before.
  absl::Status Explained(absl::Status status) const {
    char text[512];
    if (status.ok() || rd_kafka_fatal_error(handle->get(), text, sizeof text) != RD_KAFKA_RESP_ERR__FENCED) return status;
    return Refuse(Reason::SOURCE_UNAVAILABLE, std::string(status.message()) + "; another client has begun to write as " + id,
                  {{"error", rd_kafka_err2name(RD_KAFKA_RESP_ERR__FENCED)}, {"transactional_id", id}});
  }

  std::string id;
  std::function<bool()> given_up;
  std::unique_ptr<Handle> handle;
  bool is_open = false;
};

TransactionalProducer::TransactionalProducer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

TransactionalProducer::~TransactionalProducer() {
  // What is under way is not waited for: the next one of this id ends it.
  rd_kafka_purge(impl_->handle->get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
}

absl::StatusOr<std::unique_ptr<TransactionalProducer>> TransactionalProducer::Make(const Options& options, milliseconds timeout) {
  auto impl = std::make_unique<Impl>();
  impl->id = options.id;
  impl->given_up = options.given_up;
  auto handle = Handle::Make(RD_KAFKA_PRODUCER, options.connection,
                             {{"transactional.id", options.id},
                              {"transaction.timeout.ms", std::to_string(options.open_max.count())},
                              {"linger.ms", "5"},
                              {"compression.type", "lz4"},
                              {"message.max.bytes", "33554432"}});
  if (!handle.ok()) return handle.status();
  impl->handle = *std::move(handle);
  const absl::Status begun = impl->WaitFor(rd_kafka_init_transactions, timeout, "opening transactions as " + options.id);
  if (!begun.ok()) return begun;
  return std::unique_ptr<TransactionalProducer>(new TransactionalProducer(std::move(impl)));
}

absl::Status TransactionalProducer::Begin() {
  absl::Status begun = OutcomeOf(Error(rd_kafka_begin_transaction(impl_->handle->get())), "beginning a transaction");
  impl_->is_open = impl_->is_open || begun.ok();
  return impl_->Explained(std::move(begun));
}

absl::Status TransactionalProducer::Send(const std::string& topic, const OutgoingRecord& record) {
  for (;;) {
    const auto error = Produce(impl_->handle->get(), topic, record, nullptr);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return absl::OkStatus();
    if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) return impl_->Explained(StatusOf(error, "producing to " + topic));
    if (impl_->given_up()) return Refuse(Reason::SHUTTING_DOWN, "producing to " + topic + " was given up");
    rd_kafka_flush(impl_->handle->get(), static_cast<int>(kBufferWait.count()));
  }
}

absl::Status TransactionalProducer::SendOffsets(const std::string& group, const std::string& topic,
                                                const std::vector<uint64_t>& next_offsets, milliseconds timeout) {
  const List list = OffsetsOf(topic, next_offsets);
  const GroupMetadata reader(rd_kafka_consumer_group_metadata_new(group.c_str()));
  const auto send = [&](int at_most) {
    return Error(rd_kafka_send_offsets_to_transaction(impl_->handle->get(), list.get(), reader.get(), at_most));
  };
  return impl_->Explained(WaitFor(send, timeout, impl_->given_up, "sending the offsets of " + group));
}

absl::Status TransactionalProducer::Flush(milliseconds timeout) {
  const auto flush = [&](int at_most) {
    const auto error = rd_kafka_flush(impl_->handle->get(), at_most);
    return Error(error == RD_KAFKA_RESP_ERR_NO_ERROR ? nullptr : rd_kafka_error_new(error, "%s", rd_kafka_err2str(error)));
  };
  return impl_->Explained(WaitFor(flush, timeout, impl_->given_up, "sending a transaction's records"));
}

absl::Status TransactionalProducer::Commit(milliseconds timeout) {
  absl::Status committed = impl_->WaitFor(rd_kafka_commit_transaction, timeout, "committing a transaction");
  if (committed.ok()) impl_->is_open = false;
  return impl_->Explained(std::move(committed));
}

absl::Status TransactionalProducer::Abort(milliseconds timeout) {
  if (!impl_->is_open) return absl::OkStatus();
  const Error failed(rd_kafka_abort_transaction(impl_->handle->get(), static_cast<int>(timeout.count())));
  if (failed == nullptr) impl_->is_open = false;
  return OutcomeOf(failed, "ending a transaction");
}

}  // namespace guanxi::kafka
