#include "partition/cluster.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <future>
#include <map>
#include <mutex>
#include <thread>

#include "base/byte_coding.h"
#include "base/reason.h"
#include "codec/control_record.h"
#include "partition/actor.h"
#include "partition/keys.h"
#include "partition/partitioner.h"
#include "partition/rebuild.h"
#include "store/store.h"

namespace guanxi::partition {
namespace {

constexpr size_t kSweepAccountsBeforeSwitch = 4096;

}  // namespace

struct Cluster::Impl {
  explicit Impl(ClusterOptions o, store::DataDirectory d) : options(std::move(o)), directory(std::move(d)) {}

  ClusterOptions options;
  store::DataDirectory directory;
  std::shared_ptr<store::SharedMemory> memory;
  std::vector<std::unique_ptr<Actor>> actors;
  std::mutex listeners_mutex;
  std::map<uint64_t, std::function<void(PartitionId)>> listeners;
  uint64_t next_listener = 1;
  std::mutex control_mutex;  // one control record at a time

  absl::StatusOr<std::unique_ptr<Actor>> OpenPartition(uint32_t p, const BusinessCalendar& calendar);
  // Side by side: each may have records to fold again.
  absl::Status OpenSideBySide(const std::vector<uint32_t>& partitions, const BusinessCalendar& calendar);
  absl::Status OpenPartitions(const BusinessCalendar& calendar);
  Actor& Of(PartitionId p) { return *actors[p.value]; }
  Actor::Hooks HooksOf(Cluster& cluster, Actor& actor, PartitionId id);
  void Committed(PartitionId p) {
    const std::lock_guard lock(listeners_mutex);
    for (auto& [id, f] : listeners) f(p);
  }
};

namespace {

// Whether the message was applied before, by this node or by another.
bool IsApplied(const View& view, const codec::Record& message) {
  const auto found = FindEvent(view, message.account_id, message.source, message.id);
  return found.ok() && !found->empty();
}

}  // namespace

Actor::Hooks Cluster::Impl::HooksOf(Cluster& cluster, Actor& actor, PartitionId id) {
  const auto deliver = [this, &cluster, &actor](const std::string& key, Submission submission) {
    const PartitionId to = cluster.PartitionOf(submission.events.front().account_id);
    if (options.intake != nullptr && IsApplied(*cluster.ViewOf(to), submission.events.front())) return actor.Acknowledge(key, true);
    cluster.Submit(to, std::move(submission),
                   [&actor, key](const SubmissionResult& result) { actor.Acknowledge(key, !IsOpen(result.front().status)); });
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

absl::Status Cluster::WriteControl(PartitionId partition, codec::Record record, EventOutcome* outcome) {
  Submission submission;
  submission.internal = true;
  submission.events.push_back(std::move(record));
  auto result = SubmitAndWait(partition, std::move(submission));
  if (outcome != nullptr) *outcome = result.front();
  return result.front().status;
}

// What it moves from is a binding, which the check overlooks. NOLINTNEXTLINE(performance-unnecessary-value-param)
absl::Status Cluster::WriteControls(std::vector<std::pair<PartitionId, codec::Record>> records) {
  if (impl_->options.intake == nullptr || records.size() < 2) {
    // What a crash leaves out is finished when the cluster is opened again.
    for (auto& [partition, record] : records)
      if (auto status = WriteControl(partition, std::move(record)); !status.ok()) return status;
    return absl::OkStatus();
  }
  std::vector<std::pair<PartitionId, Submission>> submissions;
  for (auto& [partition, record] : records) {
    submissions.emplace_back(partition, Submission());
    submissions.back().second.internal = true;
    submissions.back().second.events.push_back(std::move(record));
  }
  absl::Status failed;
  for (const SubmissionResult& result : impl_->options.intake->SubmitTogether(std::move(submissions))) failed.Update(result.front().status);
  return failed;
}

bool Cluster::follows_wall_clock() const { return impl_->options.wall_clock; }
Timestamp Cluster::Now() const { return impl_->options.now(); }

absl::Status Cluster::AdvanceClock(Timestamp to, const std::string& actor) {
  const std::lock_guard lock(impl_->control_mutex);
  for (uint32_t p = 0; p < partitions(); ++p) {
    if (ViewOf(PartitionId(p))->clock >= to) continue;
    if (auto status = WriteControl(PartitionId(p), codec::MakeClockAdvanced(to, std::min(to, impl_->options.now()), actor)); !status.ok())
      return status;
  }
  return absl::OkStatus();
}

std::vector<AdoptedPolicy> Cluster::AdoptedPolicies() const {
  std::vector<AdoptedPolicy> adopted;
  const ViewPtr view = ViewOf(PartitionId(0));
  store::LogReader log = view->Log();
  codec::EventDecoder decoder;
  for (const auto& entry : view->policies->adopted()) {
    AdoptedPolicy policy{entry.policy, {}, entry.effective_at, entry.control_epoch};
    if (const auto bytes = log.Read(entry.known_from); bytes.ok())
      if (const auto record = codec::DecodeRecord(*bytes); record.ok())
        if (const auto event = decoder.DecodeEvent(*record, entry.known_from); event.ok())
          if (const auto* body = std::get_if<relations::PolicyAdopted>(&event->body)) policy.definition = body->definition;
    adopted.push_back(std::move(policy));
  }
  std::sort(adopted.begin(), adopted.end(), [](const auto& a, const auto& b) { return a.control_epoch < b.control_epoch; });
  return adopted;
}

absl::StatusOr<AdoptedPolicy> Cluster::AdoptPolicy(const std::string& definition, std::optional<Timestamp> effective_at,
                                                   const std::string& actor, const std::string& reason) {
  auto policy = relations::ParsePolicy(definition);
  if (!policy.ok()) return policy.status();
  const std::lock_guard lock(impl_->control_mutex);
  const auto adopted = AdoptedPolicies();
  if (!adopted.empty() && adopted.back().definition == definition && (!effective_at || *effective_at == adopted.back().effective_at))
    return adopted.back();
  // Evidence names a policy by name and version: they must mean one thing for ever.
  for (const auto& known : adopted)
    if (known.policy.name == policy->name && known.policy.version == policy->version && known.definition != definition)
      return Refuse(
          Reason::POLICY_INVALID,
          fmt::format("{} version {} was adopted with other rules: raise the version or change the name", policy->name, policy->version),
          {{"name", policy->name}, {"version", std::to_string(policy->version)}});
  Timestamp past = kEarliestTimestamp;
  for (uint32_t p = 0; p < partitions(); ++p) {
    const ViewPtr view = ViewOf(PartitionId(p));
    past = std::max({past, view->clock, view->newest_occurred_at});
  }
  const Timestamp from = effective_at.value_or(Timestamp{past.micros + 1});
  if (from <= past)
    return Refuse(Reason::POLICY_RETROACTIVE,
                  fmt::format("effective_at {} does not lie after {}", FormatTimestamp(from), FormatTimestamp(past)),
                  {{"effective_at", FormatTimestamp(from)}, {"clock", FormatTimestamp(past)}});
  AdoptedPolicy result{*policy, definition, from, adopted.empty() ? 1 : adopted.back().control_epoch + 1};
  const relations::PolicyAdopted body{policy->name, policy->version, definition, from, result.control_epoch};
  codec::Record record = codec::MakePolicyAdopted(body, impl_->options.now(), actor);
  if (!reason.empty()) record.extensions.push_back({"reason", reason});
  std::vector<std::pair<PartitionId, codec::Record>> copies;
  for (uint32_t p = 0; p < partitions(); ++p) copies.emplace_back(p, record);
  if (auto status = WriteControls(std::move(copies)); !status.ok()) return status;
  return result;
}

absl::Status Cluster::CheckAdmissionKnown(uint32_t level) const { return codec::CheckLevelKnown(level, impl_->options.admission.size()); }

absl::Status Cluster::RaiseAdmission(uint32_t level, const std::string& actor) {
  if (auto known = CheckAdmissionKnown(level); !known.ok()) return known;
  const std::lock_guard lock(impl_->control_mutex);
  std::vector<std::pair<PartitionId, codec::Record>> raises;
  for (uint32_t p = 0; p < partitions(); ++p)
    if (ViewOf(PartitionId(p))->admission.level < level)
      raises.emplace_back(p, codec::MakeAdmissionRaised(level, impl_->options.now(), actor));
  return WriteControls(std::move(raises));
}

absl::Status Cluster::FinishControlRecords() {
  uint32_t level = 1;
  for (uint32_t p = 0; p < partitions(); ++p) level = std::max(level, ViewOf(PartitionId(p))->admission.level);
  if (auto status = RaiseAdmission(level, std::string(codec::kControlSource)); !status.ok()) return status;
  const std::lock_guard lock(impl_->control_mutex);
  const ViewPtr first = ViewOf(PartitionId(0));
  store::LogReader log = first->Log();
  for (uint32_t p = 1; p < partitions(); ++p) {
    const size_t has = ViewOf(PartitionId(p))->policies->adopted().size();
    std::vector<relations::PolicyLineage::Adopted> all = first->policies->adopted();
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.control_epoch < b.control_epoch; });
    for (size_t i = has; i < all.size(); ++i) {
      const auto bytes = log.Read(all[i].known_from);
      if (!bytes.ok()) return bytes.status();
      const auto record = codec::DecodeRecord(*bytes);
      if (!record.ok()) return record.status();
      if (auto status = WriteControl(PartitionId(p), codec::Record::CopyOf(*record)); !status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

EventOutcome Cluster::RetryParked(PartitionId partition, Position parked, const std::string& actor, const std::string& reason) {
  EventOutcome outcome;
  outcome.status = WriteControl(partition, codec::MakeParkedRepaired(parked, reason, impl_->options.now(), actor), &outcome);
  return outcome;
}

EventOutcome Cluster::DismissParked(PartitionId partition, Position parked, const std::string& actor, const std::string& reason) {
  EventOutcome outcome;
  outcome.status = WriteControl(partition, codec::MakeParkedDismissed(parked, reason, impl_->options.now(), actor), &outcome);
  return outcome;
}

absl::StatusOr<RebuildReport> Cluster::Rebuild(PartitionId partition, bool verify_only, const RebuildProgress& progress) {
  Actor& actor = impl_->Of(partition);
  const std::unique_lock alone(actor.rebuild_mutex(), std::try_to_lock);
  if (!alone)
    return Refuse(Reason::OVERLOADED, fmt::format("partition {} is being rebuilt", partition.value), {{"retry_after_ms", "1000"}});
  Rebuilder rebuilder(actor.store(), actor.blocks(), {calendar(), impl_->options.hot_accounts_max, false});
  if (auto status = rebuilder.Start(); !status.ok()) return status;
  for (ViewPtr view = actor.view(); rebuilder.position() < view->log_size; view = actor.view())
    if (auto status = rebuilder.CatchUp(*view, progress); !status.ok()) return status;
  // The rest, the comparison and the switch between two commits: nothing moves meanwhile.
  absl::StatusOr<RebuildReport> report = Refuse(Reason::SHUTTING_DOWN, "the server is stopping");
  actor.RunBetweenCommits([&](Writer& writer) {
    const auto finish = [&]() -> absl::StatusOr<RebuildReport> {
      if (writer.is_lost()) return Refuse(Reason::STORE_FAILED, "the partition takes no writes");
      // What is due is told by the live views, which have told the rest.
      for (bool more = writer.clock() > writer.view()->swept_to; more;) {
        const auto swept = writer.SweepSlice(kSweepAccountsBeforeSwitch);
        if (!swept.ok()) return swept.status();
        if (const auto committed = writer.Commit(); !committed.ok()) return committed.status();
        more = *swept;
      }
      if (auto status = rebuilder.CatchUp(*writer.view(), progress); !status.ok()) return status;
      auto compared = rebuilder.Compare(*writer.view());
      if (!compared.ok()) return compared;
      if (verify_only) {
        if (auto status = rebuilder.Drop(); !status.ok()) return status;
        return compared;
      }
      if (auto status = rebuilder.Switch(writer); !status.ok()) return status;
      if (auto status = writer.Reopen(); !status.ok()) return status;
      return compared;
    };
    report = finish();
  });
  return report;
}

absl::StatusOr<ledger::Hash> Cluster::TreeRoot(const View& view, uint64_t size) const {
  ledger::Hasher hasher;
  ledger::TileReader nodes(TilesOf(view));
  if (size > view.log_size) return Refuse(Reason::TREE_SIZE_INVALID, fmt::format("the log has {} records, not {}", view.log_size, size));
  return ledger::RootOfSize(hasher, nodes, size);
}

absl::StatusOr<ledger::Proof> Cluster::InclusionProof(const View& view, uint64_t index, uint64_t size) const {
  ledger::Hasher hasher;
  ledger::TileReader nodes(TilesOf(view));
  if (size > view.log_size) return Refuse(Reason::TREE_SIZE_INVALID, fmt::format("the log has {} records, not {}", view.log_size, size));
  return ledger::MakeInclusionProof(hasher, nodes, index, size);
}

absl::StatusOr<ledger::Proof> Cluster::ConsistencyProof(const View& view, uint64_t old_size, uint64_t new_size) const {
  ledger::Hasher hasher;
  ledger::TileReader nodes(TilesOf(view));
  if (new_size > view.log_size)
    return Refuse(Reason::TREE_SIZE_INVALID, fmt::format("the log has {} records, not {}", view.log_size, new_size));
  return ledger::MakeConsistencyProof(hasher, nodes, old_size, new_size);
}

PartitionStatus Cluster::StatusOf(PartitionId partition) const { return impl_->Of(partition).status(); }

}  // namespace guanxi::partition
