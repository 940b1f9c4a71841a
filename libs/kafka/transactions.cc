#include "kafka/transactions.h"

#include <utility>

#include "kafka/handle.h"
#include "kafka/outgoing.h"

namespace guanxi::kafka {
namespace {

constexpr std::chrono::milliseconds kBufferWait{100};

absl::Status OutcomeOf(rd_kafka_error_t* raw, const std::string& what) {
  const Error error(raw);
  if (error == nullptr) return absl::OkStatus();
  return StatusOf(rd_kafka_error_code(error.get()), what, rd_kafka_error_string(error.get()));
}

}  // namespace

struct TransactionalProducer::Impl {
  std::unique_ptr<Handle> handle;
  bool is_open = false;
};

TransactionalProducer::TransactionalProducer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

TransactionalProducer::~TransactionalProducer() {
  // What is under way is not waited for: the next one of this id ends it.
  rd_kafka_purge(impl_->handle->get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
}

absl::StatusOr<std::unique_ptr<TransactionalProducer>> TransactionalProducer::Make(const Options& options,
                                                                                   std::chrono::milliseconds timeout) {
  auto impl = std::make_unique<Impl>();
  auto handle = Handle::Make(RD_KAFKA_PRODUCER, options.connection,
                             {{"transactional.id", options.id},
                              {"transaction.timeout.ms", std::to_string(options.open_max.count())},
                              {"linger.ms", "5"},
                              {"compression.type", "lz4"},
                              {"message.max.bytes", "33554432"}});
  if (!handle.ok()) return handle.status();
  impl->handle = *std::move(handle);
  const absl::Status begun = OutcomeOf(rd_kafka_init_transactions(impl->handle->get(), static_cast<int>(timeout.count())),
                                       "opening transactions as " + options.id);
  if (!begun.ok()) return begun;
  return std::unique_ptr<TransactionalProducer>(new TransactionalProducer(std::move(impl)));
}

absl::Status TransactionalProducer::Begin() {
  absl::Status begun = OutcomeOf(rd_kafka_begin_transaction(impl_->handle->get()), "beginning a transaction");
  impl_->is_open = impl_->is_open || begun.ok();
  return begun;
}

absl::Status TransactionalProducer::Send(const std::string& topic, const OutgoingRecord& record) {
  for (;;) {
    const auto error = Produce(impl_->handle->get(), topic, record, nullptr);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return absl::OkStatus();
    if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) return StatusOf(error, "producing to " + topic);
    rd_kafka_flush(impl_->handle->get(), static_cast<int>(kBufferWait.count()));
  }
}

absl::Status TransactionalProducer::Flush(std::chrono::milliseconds timeout) {
  const auto error = rd_kafka_flush(impl_->handle->get(), static_cast<int>(timeout.count()));
  return error == RD_KAFKA_RESP_ERR_NO_ERROR ? absl::OkStatus() : StatusOf(error, "sending a transaction's records");
}

absl::Status TransactionalProducer::Commit(std::chrono::milliseconds timeout) {
  absl::Status committed =
      OutcomeOf(rd_kafka_commit_transaction(impl_->handle->get(), static_cast<int>(timeout.count())), "committing a transaction");
  if (committed.ok()) impl_->is_open = false;
  return committed;
}

absl::Status TransactionalProducer::Abort(std::chrono::milliseconds timeout) {
  if (!impl_->is_open) return absl::OkStatus();
  absl::Status ended =
      OutcomeOf(rd_kafka_abort_transaction(impl_->handle->get(), static_cast<int>(timeout.count())), "ending a transaction");
  if (ended.ok()) impl_->is_open = false;
  return ended;
}

}  // namespace guanxi::kafka
