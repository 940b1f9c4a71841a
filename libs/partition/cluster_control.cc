// Records that the engine writes itself, into one partition or into all of them.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/reason.h"
#include "codec/control_record.h"
#include "partition/cluster_impl.h"

namespace guanxi::partition {
namespace {

constexpr std::chrono::seconds kCatchUpMax{10};

}  // namespace

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

absl::Status Cluster::AdvanceClock(Timestamp to, const std::string& actor) {
  const std::lock_guard lock(impl_->control_mutex);
  return WriteClock(to, actor);
}

absl::Status Cluster::WriteClock(Timestamp to, const std::string& actor) {
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

absl::Status Cluster::CatchUp(std::optional<std::chrono::steady_clock::time_point> deadline) const {
  if (impl_->options.intake == nullptr) return absl::OkStatus();
  return impl_->options.intake->CatchUp(deadline.value_or(std::chrono::steady_clock::now() + kCatchUpMax));
}

absl::StatusOr<AdoptedPolicy> Cluster::AdoptPolicy(const std::string& definition, std::optional<Timestamp> effective_at,
                                                   const std::string& actor, const std::string& reason,
                                                   std::optional<std::chrono::steady_clock::time_point> deadline) {
  auto policy = relations::ParsePolicy(definition);
  if (!policy.ok()) return policy.status();
  // What lies before it is looked up in the views below.
  if (absl::Status all = CatchUp(deadline); !all.ok()) return all;
  const std::lock_guard lock(impl_->control_mutex);
  const auto adopted = AdoptedPolicies();
  if (!adopted.empty() && adopted.back().definition == definition && (!effective_at || *effective_at == adopted.back().effective_at)) {
    if (auto status = FinishPolicies(); !status.ok()) return status;
    return adopted.back();
  }
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
  const bool now = impl_->options.wall_clock && !effective_at;
  const Timestamp next{past.micros + 1};
  const Timestamp from = now ? std::max(next, impl_->options.now()) : effective_at.value_or(next);
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
  // The clock ticks rarely; whoever reads next is to see it in force.
  if (now)
    if (auto status = WriteClock(from, actor); !status.ok()) return status;
  return result;
}

absl::Status Cluster::CheckAdmissionKnown(uint32_t level) const { return codec::CheckLevelKnown(level, impl_->options.admission.size()); }

absl::Status Cluster::RaiseAdmission(uint32_t level, const std::string& actor) {
  if (auto known = CheckAdmissionKnown(level); !known.ok()) return known;
  if (auto all = CatchUp(std::nullopt); !all.ok()) return all;
  const std::lock_guard lock(impl_->control_mutex);
  return WriteAdmission(level, actor);
}

absl::Status Cluster::WriteAdmission(uint32_t level, const std::string& actor) {
  std::vector<std::pair<PartitionId, codec::Record>> raises;
  for (uint32_t p = 0; p < partitions(); ++p)
    if (ViewOf(PartitionId(p))->admission.level < level)
      raises.emplace_back(p, codec::MakeAdmissionRaised(level, impl_->options.now(), actor));
  return WriteControls(std::move(raises));
}

absl::Status Cluster::FinishControlRecords() {
  const std::lock_guard lock(impl_->control_mutex);
  uint32_t level = 1;
  for (uint32_t p = 0; p < partitions(); ++p) level = std::max(level, ViewOf(PartitionId(p))->admission.level);
  if (auto status = WriteAdmission(level, std::string(codec::kControlSource)); !status.ok()) return status;
  return FinishPolicies();
}

absl::Status Cluster::FinishPolicies() {
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

}  // namespace guanxi::partition
