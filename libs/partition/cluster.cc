// The cluster's life and what is sent into it. What it writes itself: cluster_control.cc; how views are
// made anew: cluster_rebuild.cc.
#include "partition/cluster.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <future>
#include <map>
#include <mutex>
#include <thread>

#include "base/reason.h"
#include "partition/cluster_impl.h"
#include "partition/partitioner.h"

namespace guanxi::partition {
namespace {

// Whether the message was applied before, by this node or by another.
bool IsApplied(const View& view, const codec::Record& message) {
  const auto found = FindEvent(view, message.account_id, message.source, message.id);
  return found.ok() && !found->empty();
}

}  // namespace

Actor::Hooks Cluster::Impl::HooksOf(Cluster& cluster, Actor& actor, PartitionId id) {
  const auto deliver = [this, &cluster, &actor](PartitionId to, const std::string& key, Submission& message) {
    if (options.intake != nullptr && IsApplied(*cluster.ViewOf(to), message.events.front())) return actor.Acknowledge(key, true), true;
    std::function<void(SubmissionResult)> done = [&actor, key](const SubmissionResult& result) {
      actor.Acknowledge(key, !IsOpen(result.front().status));
    };
    return cluster.TrySubmit(to, message, done);
  };
  const auto submit = [&cluster, id](Submission submission, std::function<void(SubmissionResult)> done) {
    cluster.Submit(id, std::move(submission), std::move(done));
  };
  return {[this](PartitionId p) { Committed(p); }, deliver, submit};
}

absl::StatusOr<std::unique_ptr<Actor>> Cluster::Impl::OpenPartition(uint32_t p, const BusinessCalendar& calendar) {
  auto store = store::Store::Open(directory.PartitionPath(p), memory, options.disk);
  if (!store.ok()) return store.status();
  auto actor = std::make_unique<Actor>(PartitionId(p), options, *std::move(store), directory.settings().partitions);
  if (auto status = actor->Open(calendar); !status.ok()) return status;
  return actor;
}

absl::Status Cluster::Impl::OpenSideBySide(const std::vector<uint32_t>& partitions, const BusinessCalendar& calendar) {
  std::vector<std::future<absl::StatusOr<std::unique_ptr<Actor>>>> opening;
  opening.reserve(partitions.size());
  for (const uint32_t p : partitions)
    opening.push_back(std::async(std::launch::async, [this, p, &calendar] { return OpenPartition(p, calendar); }));
  absl::Status failed;
  for (size_t i = 0; i < opening.size(); ++i) {
    auto actor = opening[i].get();
    if (actor.ok())
      actors[partitions[i]] = *std::move(actor);
    else
      failed.Update(actor.status());
  }
  return failed;
}

// All partitions of a directory are made before it takes its first event: one
// that is missing beside one with records was lost, and is not made anew.
absl::Status Cluster::Impl::OpenPartitions(const BusinessCalendar& calendar) {
  std::vector<uint32_t> there, missing;
  for (uint32_t p = 0; p < directory.settings().partitions; ++p)
    (std::filesystem::exists(directory.PartitionPath(p)) ? there : missing).push_back(p);
  actors.resize(directory.settings().partitions);
  if (auto status = OpenSideBySide(there, calendar); !status.ok()) return status;
  for (const uint32_t p : there) {
    if (missing.empty() || actors[p]->view()->log_size == 0) continue;
    const std::string path = directory.PartitionPath(missing.front());
    return Refuse(Reason::STORE_CORRUPT, fmt::format("{} is missing", path), {{"path", path}});
  }
  return OpenSideBySide(missing, calendar);
}

Cluster::Cluster(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Cluster::~Cluster() {
  for (auto& actor : impl_->actors) actor->Stop();
}

absl::Status Cluster::CheckSource(const Impl& impl) {
  if (impl.options.intake != nullptr) return absl::OkStatus();
  for (const auto& actor : impl.actors) {
    const std::string& identity = actor->view()->source.identity;
    if (identity.empty()) continue;
    return Refuse(Reason::SOURCE_FOREIGN, fmt::format("the log comes from Kafka ({}): start with kafka_brokers", identity),
                  {{"source", identity}});
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Cluster>> Cluster::Open(ClusterOptions options) {
  auto directory = store::DataDirectory::Open(options.data_directory, options.settings, options.settings_are_required);
  if (!directory.ok()) return directory.status();
  auto impl = std::make_unique<Impl>(std::move(options), *std::move(directory));
  impl->memory = std::make_shared<store::SharedMemory>(impl->options.cache_bytes, impl->options.memtable_bytes);
  const auto& settings = impl->directory.settings();
  const BusinessCalendar calendar(int64_t{settings.utc_offset_minutes} * 60 * kMicrosPerSecond);
  if (auto status = impl->OpenPartitions(calendar); !status.ok()) return status;
  if (auto status = CheckSource(*impl); !status.ok()) return status;
  std::unique_ptr<Cluster> cluster(new Cluster(std::move(impl)));
  Cluster* const self = cluster.get();
  for (uint32_t p = 0; p < self->partitions(); ++p) {
    Actor& actor = self->impl_->Of(PartitionId(p));
    actor.Start(self->impl_->HooksOf(*self, actor, PartitionId(p)));
  }
  if (self->impl_->options.intake != nullptr) return cluster;
  // A crash between two partitions leaves a policy in some of them only: finish it.
  if (auto status = self->FinishControlRecords(); !status.ok()) return status;
  return cluster;
}

uint32_t Cluster::partitions() const { return static_cast<uint32_t>(impl_->actors.size()); }
const store::ClusterSettings& Cluster::settings() const { return impl_->directory.settings(); }
BusinessCalendar Cluster::calendar() const { return impl_->actors[0]->view()->calendar; }
PartitionId Cluster::PartitionOf(std::string_view account_id) const { return partition::PartitionOf(account_id, partitions()); }

void Cluster::Submit(PartitionId partition, Submission submission, std::function<void(SubmissionResult)> done) {
  if (TrySubmit(partition, submission, done)) return;
  done(AllRefused(submission.events.size(), Refuse(Reason::OVERLOADED, "the partition's queue is full", {{"retry_after_ms", "50"}})));
}

bool Cluster::TrySubmit(PartitionId partition, Submission& submission, std::function<void(SubmissionResult)>& done) {
  if (impl_->options.intake != nullptr) return impl_->options.intake->TrySubmit(partition, submission, done);
  return impl_->Of(partition).TrySubmit(submission, done);
}

bool Cluster::TryApply(PartitionId partition, std::vector<SourceStep>& steps) { return impl_->Of(partition).TryApply(steps); }

SubmissionResult Cluster::SubmitAndWait(PartitionId partition, Submission submission) {
  std::promise<SubmissionResult> answer;
  Submit(partition, std::move(submission), [&](SubmissionResult result) { answer.set_value(std::move(result)); });
  return answer.get_future().get();
}

std::vector<EventOutcome> Cluster::SubmitAllAndWait(std::vector<std::pair<PartitionId, codec::Record>> events, bool internal) {
  std::vector<std::promise<EventOutcome>> answers(events.size());
  for (size_t i = 0; i < events.size(); ++i) {
    Submission submission;
    submission.internal = internal;
    submission.events.push_back(std::move(events[i].second));
    Submit(events[i].first, std::move(submission),
           [&answer = answers[i]](const SubmissionResult& result) { answer.set_value(result.front()); });
  }
  std::vector<EventOutcome> outcomes;
  outcomes.reserve(answers.size());
  for (auto& answer : answers) outcomes.push_back(answer.get_future().get());
  return outcomes;
}

ViewPtr Cluster::ViewOf(PartitionId partition) const { return impl_->Of(partition).view(); }

uint64_t Cluster::AddCommitListener(std::function<void(PartitionId)> f) {
  const std::lock_guard lock(impl_->listeners_mutex);
  impl_->listeners[impl_->next_listener] = std::move(f);
  return impl_->next_listener++;
}

void Cluster::RemoveCommitListener(uint64_t id) {
  const std::lock_guard lock(impl_->listeners_mutex);
  impl_->listeners.erase(id);
}

bool Cluster::follows_wall_clock() const { return impl_->options.wall_clock; }
Timestamp Cluster::Now() const { return impl_->options.now(); }

PartitionStatus Cluster::StatusOf(PartitionId partition) const {
  PartitionStatus status = impl_->Of(partition).status();
  status.accepts_writes = status.accepts_writes && Accepts(partition).ok();
  return status;
}

absl::Status Cluster::Accepts(PartitionId partition) const {
  return impl_->options.intake == nullptr ? absl::OkStatus() : impl_->options.intake->Accepts(partition);
}

}  // namespace guanxi::partition
