#include "intake/submitter.h"

#include <future>
#include <optional>
#include <string>

#include "base/reason.h"
#include "intake/message_reader.h"
#include "intake/utc_offset.h"
#include "partition/submission_coding.h"

namespace guanxi::intake {
namespace {

using partition::AllRefused;
using partition::Submission;
using partition::SubmissionResult;
using std::chrono::milliseconds;

constexpr milliseconds kTransactionsBegunMax{30'000};
constexpr milliseconds kTransactionMax{10'000};
constexpr milliseconds kAbortMax{2'000};

absl::Status ShuttingDown() { return Refuse(Reason::SHUTTING_DOWN, "the server is stopping"); }

bool IsOverloaded(const absl::Status& status) {
  const ReasonEntry* const reason = ReasonOf(status);
  return reason != nullptr && reason->reason == Reason::OVERLOADED;
}

}  // namespace

// A submission as it lies in the topic. The submission and the offset outlive it.
class Outgoing {
 public:
  Outgoing(PartitionId partition, const Submission& submission, Ticket ticket, std::string_view utc_offset)
      : ticket_(ticket), value_(partition::EncodeSubmission(submission)), ticket_bytes_(EncodeTicket(ticket)) {
    record_ = {partition.value,
               submission.events.front().account_id,
               value_,
               {{kContentTypeHeader, partition::kSubmissionContentType}, {kTicketHeader, ticket_bytes_}, {kUtcOffsetHeader, utc_offset}}};
  }
  Outgoing(const Outgoing&) = delete;
  Outgoing& operator=(const Outgoing&) = delete;
  Ticket ticket() const { return ticket_; }
  const kafka::OutgoingRecord& record() const { return record_; }

 private:
  const Ticket ticket_;
  const std::string value_, ticket_bytes_;
  kafka::OutgoingRecord record_;  // points into these
};

absl::StatusOr<std::unique_ptr<Submitter>> Submitter::Make(KafkaIntakeOptions options) {
  std::unique_ptr<Submitter> self(new Submitter(std::move(options)));
  if (absl::Status made = self->MakeProducer(); !made.ok()) return made;
  return self;
}

absl::Status Submitter::MakeProducer() {
  auto made = kafka::Producer::Make({options_.connection, options_.topic});
  if (!made.ok()) return made.status();
  const std::lock_guard lock(mutex_);
  producer_ = *std::move(made);
  return absl::OkStatus();
}

void Submitter::Prepare() {
  if (const std::shared_ptr<kafka::Producer> current = Current(); current != nullptr) current->Prepare();
}

void Submitter::Renew() {
  std::shared_ptr<kafka::Producer> old;
  {
    const std::lock_guard lock(mutex_);
    if (producer_ != nullptr && producer_->failed_for_good()) old = producer_;
  }
  if (old != nullptr) (void)MakeProducer();
}

void Submitter::Stop() {
  stopping_ = true;
  pending_.Stop();
  std::shared_ptr<kafka::Producer> last;
  const std::lock_guard lock(mutex_);
  last.swap(producer_);
}

std::shared_ptr<kafka::Producer> Submitter::Current() {
  const std::lock_guard lock(mutex_);
  return producer_;
}

absl::Status Submitter::TellBase(PartitionId partition, const LogBase& base) {
  std::shared_ptr<kafka::Producer> current = Current();
  if (current == nullptr) return ShuttingDown();
  const auto told = std::make_shared<std::promise<absl::Status>>();
  auto answer = told->get_future();
  const std::string value = EncodeBase(base);
  const kafka::OutgoingRecord record{
      partition.value, std::nullopt, value, {{kContentTypeHeader, kBaseContentType}, {kUtcOffsetHeader, utc_offset_}}};
  const absl::Status sent = current->Send(record, [told](const kafka::Delivery& delivery) { told->set_value(delivery.status); });
  current.reset();
  return sent.ok() ? answer.get() : sent;
}

absl::Status Submitter::Produce(PartitionId partition, const Submission& submission, Ticket ticket) {
  const auto report = [this, number = ticket.number](const kafka::Delivery& delivery) {
    if (!delivery.status.ok()) pending_.Refuse(number, delivery.status);
  };
  const std::shared_ptr<kafka::Producer> current = Current();
  if (current == nullptr) return ShuttingDown();
  return current->Send(Outgoing(partition, submission, ticket, utc_offset_).record(), report);
}

bool Submitter::TrySubmit(PartitionId partition, Submission& submission, Done& done) {
  const size_t events = submission.events.size();
  if (pending_.events() + events > options_.pending_events_max && !submission.internal) return false;
  const auto deadline = submission.deadline.value_or(std::chrono::steady_clock::now() + options_.outcome_timeout);
  const std::optional<Ticket> ticket = pending_.Add(events, deadline, done);
  if (!ticket) {
    done(AllRefused(events, ShuttingDown()));
    return true;
  }
  const absl::Status sent = Produce(partition, submission, *ticket);
  if (sent.ok()) return true;
  if (!IsOverloaded(sent)) {
    pending_.Refuse(ticket->number, sent);
    return true;
  }
  done = pending_.Take(ticket->number);
  // Gone: its deadline was shorter than this call.
  return done == nullptr;
}

absl::StatusOr<Submitter::Producing> Submitter::OpenTransactions() const {
  return kafka::TransactionalProducer::Make(
      {options_.connection, "guanxi-control-" + options_.topic, options_.together_open_max, [this] { return stopping_.load(); }},
      kTransactionsBegunMax);
}

// A ticket that nobody waits with when the server is stopping: `done` has run then.
Ticket Submitter::Await(const Submission& submission, Done done) {
  const auto deadline = std::chrono::steady_clock::now() + kTransactionMax + options_.outcome_timeout;
  const std::optional<Ticket> ticket = pending_.Add(submission.events.size(), deadline, done);
  if (!ticket) done(AllRefused(submission.events.size(), ShuttingDown()));
  return ticket.value_or(Ticket());
}

absl::Status Submitter::SendTogether(kafka::TransactionalProducer& producer, const std::deque<Outgoing>& all) const {
  if (stopping_) return ShuttingDown();
  if (absl::Status begun = producer.Begin(); !begun.ok()) return begun;
  for (const Outgoing& one : all)
    if (absl::Status sent = producer.Send(options_.topic, one.record()); !sent.ok()) return sent;
  return producer.Flush(kTransactionMax);
}

// OUTCOME_UNKNOWN: perhaps all of it; otherwise, but for OK, none. What failed is ended at
// once: readers stand before an open transaction.
absl::Status Submitter::ProduceTogether(kafka::TransactionalProducer& producer, const std::deque<Outgoing>& all) const {
  if (absl::Status sent = SendTogether(producer, all); !sent.ok()) {
    (void)producer.Abort(kAbortMax);
    return sent;
  }
  options_.before_commit();
  absl::Status committed = producer.Commit(kTransactionMax);
  if (committed.ok() || producer.Abort(kAbortMax).ok()) return committed;
  return Refuse(Reason::OUTCOME_UNKNOWN, std::string(committed.message()), {{"why", "the transaction's commit failed"}});
}

std::vector<SubmissionResult> Submitter::SubmitTogether(const std::vector<std::pair<PartitionId, Submission>>& submissions) {
  std::vector<SubmissionResult> results;
  const absl::StatusOr<Producing> producer = OpenTransactions();
  if (!producer.ok()) {
    for (const auto& [partition, submission] : submissions) results.push_back(AllRefused(submission.events.size(), producer.status()));
    return results;
  }
  std::deque<Outgoing> all;
  std::vector<std::future<SubmissionResult>> outcomes;
  for (const auto& [partition, submission] : submissions) {
    auto outcome = std::make_shared<std::promise<SubmissionResult>>();
    outcomes.push_back(outcome->get_future());
    all.emplace_back(partition, submission,
                     Await(submission, [outcome](SubmissionResult result) { outcome->set_value(std::move(result)); }), utc_offset_);
  }
  const absl::Status produced = ProduceTogether(**producer, all);
  for (const Outgoing& one : all)
    if (!produced.ok()) pending_.Refuse(one.ticket().number, produced);
  for (auto& outcome : outcomes) results.push_back(outcome.get());
  return results;
}

}  // namespace guanxi::intake
