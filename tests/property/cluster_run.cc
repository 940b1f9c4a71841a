#include "property/cluster_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <set>
#include <thread>

#include "base/reason.h"
#include "property/engine.h"
#include "property/policy_toml.h"

namespace guanxi::property {
namespace {

constexpr std::array<uint32_t, 4> kPartitions = {1, 1, 3, 4};
constexpr std::array<const char*, 3> kAccounts = {"acme", "beta", "gamma"};
constexpr int64_t kToleranceMicros = 5 * 60 * kMicrosPerSecond;
// Small, so that accounts are loaded again and again.
constexpr size_t kHotAccounts = 2;

// Edges that a policy file may have: those of a tier lie above those of the tier below.
reference::Policy AdoptableVariant(int n) {
  reference::Policy policy = PolicyVariant(n % kPolicyVariants);
  if (policy.edges[1].up <= policy.edges[0].up) policy.edges = {{{1, 0}, {2, 1}, {3, 2}}};
  return policy;
}

// The order of a tier's gates says nothing.
relations::Policy SortedGates(relations::Policy policy) {
  for (relations::TierRule& tier : policy.tiers)
    std::sort(tier.gates.begin(), tier.gates.end(), [](const auto& a, const auto& b) { return a.kind < b.kind; });
  for (relations::Policy& segment : policy.segments) segment = SortedGates(segment);
  return policy;
}

// A drawn account is called acme; what it says about itself moves with its name.
reference::Event Renamed(reference::Event event, const std::string& account) {
  const auto* received = reference::As<event::v1::ReferralReceived>(event);
  if (received == nullptr || received->referred_account_id() != "acme") return event;
  event::v1::ReferralReceived copy = *received;
  copy.set_referred_account_id(account);
  return reference::MakeEvent(event.id, event.position, event.occurred_at, std::move(copy));
}

// Records that the engine writes itself come the way the engine sends them.
bool IsInternal(const reference::Event& event) { return reference::As<event::v1::ReferralRecorded>(event) != nullptr; }

std::string_view ReasonNameOf(const absl::Status& status) {
  const ReasonEntry* reason = ReasonOf(status);
  return reason == nullptr ? "none" : reason->name;
}

}  // namespace

ClusterRun::ClusterRun(const RunDraw& draw)
    : calendar_(AccountFrom(draw.histories.front()).calendar),
      fixture_(Choose(kPartitions, draw.partitions),
               [this, storage = draw.storage](partition::ClusterOptions& options) { Adjust(options, storage); }),
      manners_(draw.manners) {
  for (size_t i = 0; i < std::min(draw.histories.size(), kAccounts.size()); ++i) {
    HistoryDraw history = draw.histories[i];
    history.calendar = draw.histories.front().calendar;
    Modelled modelled;
    for (reference::Event& event : AccountFrom(history).events) modelled.drawn.push_back(Renamed(std::move(event), kAccounts[i]));
    for (size_t n = 0; n < modelled.drawn.size(); ++n) modelled.numbers[modelled.drawn[n].id] = static_cast<int>(n);
    modelled.account = {kAccounts[i], {}, {}, {}, calendar_};
    model_.push_back(std::move(modelled));
  }
  fixture_.now_ = model_.front().drawn.front().occurred_at;
  AdoptPolicy(draw.histories.front().policy, Timestamp{kEarliestTimestamp.micros + 1});
}

void ClusterRun::Adjust(partition::ClusterOptions& options, int storage) const {
  constexpr std::array<uint64_t, 4> kRecords = {100'000, 50, 7, 1};
  options.settings.utc_offset_minutes = static_cast<int32_t>(calendar_.utc_offset_micros() / (60 * kMicrosPerSecond));
  options.hot_accounts_max = kHotAccounts;
  options.account_cache_bytes = storage % 2 == 0 ? 0 : 4096;  // too little for all of them
  options.checkpoint_records_max = Choose(kRecords, storage);
  options.checkpoint_on_close = storage % 3 == 0;
  // A rebuild folds late events from snapshots: its rows are compared with those of accounts that were undone.
  constexpr std::array<uint64_t, 4> kLarge = {1, 4096, 10, 40};
  options.large_account_events = Choose(kLarge, storage / 4);
  options.overlay_bytes = storage % 5 == 4 ? 1 << 16 : 1 << 24;
}

void ClusterRun::Expect(bool right, const std::string& what) const {
  if (!right) throw Disagreement(what + "\nwhat was done:\n" + trace_);
}

void ClusterRun::Go() {
  const auto remains = [&] { return std::any_of(model_.begin(), model_.end(), [](const Modelled& m) { return m.next < m.drawn.size(); }); };
  for (size_t step = 0; remains(); ++step) Step(manners_.empty() ? Draw{} : manners_[step % manners_.size()]);
  CompareEverything();
  Settle();
  CompareEverything();
  Rebuild(true);
  fixture_.Reopen();
  CompareEverything();
}

void ClusterRun::Step(const Draw& manner) {
  size_t account = static_cast<size_t>(manner.c) % model_.size();
  while (model_[account].next == model_[account].drawn.size()) account = (account + 1) % model_.size();
  const Doing doing = DoingOf(manner);
  Interrupt(doing, manner);
  Take(account, doing, manner);
}

void ClusterRun::Interrupt(Doing doing, const Draw& draw) {
  const size_t account = static_cast<size_t>(draw.b) % model_.size();
  switch (doing) {
    case Doing::kRelease:
      for (; !held_back_.empty(); held_back_.pop_back()) OfferAll({held_back_.back()}, false, true);
      return;
    case Doing::kDuplicate:
      return OfferAgain(draw);
    case Doing::kConflict:
      return OfferConflict(draw);
    case Doing::kRetryParked:
      return RetryOrDismiss(draw, true);
    case Doing::kDismissParked:
      return RetryOrDismiss(draw, false);
    case Doing::kRead:
      return CompareNow(account, true);
    case Doing::kReadThen: {
      const auto& events = model_[account].account.events;
      if (events.empty()) return;
      const Position known_to{fixture_.cluster().ViewOf(PartitionOf(account))->log_size * static_cast<uint64_t>(draw.a) / 256};
      const Timestamp near = events[static_cast<size_t>(draw.when) % events.size()].occurred_at;
      return CompareThen(account, known_to, Timestamp{near.micros + (draw.kind - 64) * kMicrosPerDay});
    }
    case Doing::kRestart:
      trace_ += "restart\n";
      return fixture_.Reopen();
    case Doing::kAdvanceClock:
      return AdvanceClock(draw);
    case Doing::kAdoptPolicy:
      return AdoptPolicy(draw.a, Timestamp{NewestAnywhere().micros + 1 + draw.b * kMicrosPerDay});
    case Doing::kVerifyRebuild:
    case Doing::kRebuild:
      return Rebuild(doing == Doing::kVerifyRebuild);
    default:
      return;
  }
}

void ClusterRun::Take(size_t account, Doing doing, const Draw& draw) {
  Modelled& modelled = model_[account];
  const size_t wanted = doing == Doing::kHoldBack || doing == Doing::kEarly ? 1 : 1 + static_cast<size_t>(draw.a) % 16;
  std::vector<Offered> offered;
  while (offered.size() < wanted && modelled.next < modelled.drawn.size()) offered.push_back({account, modelled.drawn[modelled.next++]});
  if (doing == Doing::kHoldBack) {
    held_back_.push_back(std::move(offered.front()));
    return;
  }
  OfferAll(std::move(offered), doing == Doing::kBatch, doing != Doing::kEarly);
}

void ClusterRun::OfferAll(std::vector<Offered> offered, bool one_submission, bool wall_clock_follows) {
  std::vector<partition::Submission> submissions;
  for (const Offered& one : offered) {
    if (wall_clock_follows) fixture_.now_ = std::max(fixture_.now_, one.event.occurred_at);
    if (submissions.empty() || !one_submission) submissions.emplace_back();
    submissions.back().events.push_back(RecordOf(model_[one.account].account.id, one.event));
    submissions.back().internal |= IsInternal(one.event);
  }
  std::vector<std::promise<partition::SubmissionResult>> answers(submissions.size());
  for (size_t i = 0; i < submissions.size(); ++i)
    fixture_.cluster().Submit(PartitionOf(offered[i].account), std::move(submissions[i]),
                              [&answer = answers[i]](partition::SubmissionResult result) { answer.set_value(std::move(result)); });
  std::vector<partition::EventOutcome> outcomes;
  for (auto& answer : answers)
    for (partition::EventOutcome& outcome : answer.get_future().get()) outcomes.push_back(std::move(outcome));
  for (size_t i = 0; i < offered.size(); ++i) Learn(offered[i], outcomes[i]);
}

void ClusterRun::Learn(const Offered& offered, const partition::EventOutcome& outcome) {
  Modelled& modelled = model_[offered.account];
  const reference::Event& event = offered.event;
  const std::string name = modelled.account.id + "/" + event.id;
  trace_ += name + " at " + FormatTimestamp(event.occurred_at);
  if (event.occurred_at.micros - fixture_.now_.micros > kToleranceMicros) {
    trace_ += " is parked\n";
    Expect(ReasonNameOf(outcome.status) == "OCCURRED_IN_FUTURE" && outcome.parked_at, name + " should have been parked");
    parked_.push_back({offered, *outcome.parked_at, false});
    ++modelled.parked;
    return;
  }
  trace_ += " is " + std::to_string(outcome.position.value) + "\n";
  Expect(outcome.status.ok() && !outcome.duplicate, name + " should have been accepted: " + std::string(outcome.status.message()));
  modelled.account.events.push_back({event.id, outcome.position.value, event.occurred_at, event.body});
  Expect(outcome.account_version == modelled.account.events.size(), name + " got another account_version");
}

void ClusterRun::OfferAgain(const Draw& draw) {
  Modelled& modelled = model_[static_cast<size_t>(draw.b) % model_.size()];
  if (modelled.account.events.empty()) return;
  const reference::Event& event = modelled.account.events[static_cast<size_t>(draw.a) % modelled.account.events.size()];
  partition::Submission submission;
  submission.events.push_back(RecordOf(modelled.account.id, event));
  submission.internal = IsInternal(event);
  const auto outcome = fixture_.cluster().SubmitAndWait(fixture_.cluster().PartitionOf(modelled.account.id), std::move(submission)).front();
  trace_ += modelled.account.id + "/" + event.id + " again\n";
  Expect(outcome.status.ok() && outcome.duplicate && outcome.position.value == event.position, event.id + " should be known");
}

void ClusterRun::OfferConflict(const Draw& draw) {
  const size_t account = static_cast<size_t>(draw.b) % model_.size();
  Modelled& modelled = model_[account];
  if (modelled.account.events.empty()) return;
  reference::Event event = modelled.account.events[static_cast<size_t>(draw.a) % modelled.account.events.size()];
  event.occurred_at.micros -= 1;
  const partition::EventOutcome outcome =
      fixture_.Append(test::EventOf(modelled.account.id, "other", "2020-01-01", event::v1::OrderPlaced()));
  Expect(!outcome.status.ok() && outcome.parked_at, "an order without lines should have been parked");
  ++modelled.parked;
  parked_.push_back({{account, event}, *outcome.parked_at, true});
  partition::Submission submission;
  submission.events.push_back(RecordOf(modelled.account.id, event));
  submission.internal = IsInternal(event);
  const auto conflict = fixture_.cluster().SubmitAndWait(PartitionOf(account), std::move(submission)).front();
  trace_ += modelled.account.id + "/" + event.id + " with another time\n";
  Expect(ReasonNameOf(conflict.status) == "EVENT_ID_CONFLICT" && conflict.parked_at, event.id + " should be a conflict");
  ++modelled.parked;
  parked_.push_back({{account, event}, *conflict.parked_at, true});
}

void ClusterRun::RetryOrDismiss(const Draw& draw, bool retry) {
  if (parked_.empty()) return;
  const size_t i = static_cast<size_t>(draw.a) % parked_.size();
  const Parked parked = parked_[i];
  Modelled& modelled = model_[parked.offered.account];
  const PartitionId partition = PartitionOf(parked.offered.account);
  const auto outcome = retry ? fixture_.cluster().RetryParked(partition, parked.position, "operator", "drawn")
                             : fixture_.cluster().DismissParked(partition, parked.position, "operator", "drawn");
  trace_ += fmt::format("{} {}/{} parked at {}\n", retry ? "retry" : "dismiss", modelled.account.id, parked.offered.event.id,
                        parked.position.value);
  const bool early = parked.offered.event.occurred_at.micros - fixture_.now_.micros > kToleranceMicros;
  if (retry && (parked.conflict || early)) return Expect(!outcome.status.ok(), "what is still wrong should not be repaired");
  Expect(outcome.status.ok(), "refused: " + std::string(outcome.status.message()));
  --modelled.parked;
  parked_.erase(parked_.begin() + static_cast<ptrdiff_t>(i));
  if (retry) Learn(parked.offered, outcome);
}

Timestamp ClusterRun::NewestAnywhere() const {
  Timestamp newest = kEarliestTimestamp;
  auto& cluster = const_cast<test::ClusterFixture&>(fixture_).cluster();
  for (uint32_t p = 0; p < cluster.partitions(); ++p) {
    const partition::ViewPtr view = cluster.ViewOf(PartitionId(p));
    newest = std::max({newest, view->clock, view->newest_occurred_at});
  }
  return newest;
}

void ClusterRun::AdvanceClock(const Draw& draw) {
  constexpr std::array<int64_t, 6> kDays = {0, 1, 20, 31, 100, 400};
  const Timestamp newest = NewestAnywhere();
  if (newest == kEarliestTimestamp) return;
  Timestamp to{newest.micros + Choose(kDays, draw.a) * kMicrosPerDay};
  if (draw.when % 3 == 0) to = calendar_.EndOf(calendar_.MonthOf(to));
  fixture_.now_ = std::max(fixture_.now_, to);
  trace_ += "clock to " + FormatTimestamp(to) + "\n";
  const absl::Status advanced = fixture_.cluster().AdvanceClock(to, "property");
  Expect(advanced.ok(), "the clock stands: " + std::string(advanced.message()));
}

void ClusterRun::AdoptPolicy(int variant, Timestamp effective_at) {
  const reference::Policy policy = AdoptableVariant(variant);
  const auto adopted = fixture_.cluster().AdoptPolicy(TomlOf(policy), effective_at, "property", "drawn");
  trace_ += fmt::format("policy {} from {}\n", variant % kPolicyVariants, FormatTimestamp(effective_at));
  Expect(adopted.ok(), "not adopted: " + std::string(adopted.status().message()));
  Expect(SortedGates(adopted->policy) == SortedGates(ToEngine(policy)), "the policy's file says something else");
  for (size_t i = 0; i < model_.size(); ++i)
    for (const auto& known : fixture_.cluster().ViewOf(PartitionOf(i))->policies->adopted())
      if (known.control_epoch == adopted->control_epoch)
        model_[i].account.adoptions.push_back({policy, effective_at, known.control_epoch, known.known_from.value});
}

void ClusterRun::Rebuild(bool verify_only) {
  trace_ += verify_only ? "verify\n" : "rebuild\n";
  for (uint32_t p = 0; p < fixture_.cluster().partitions(); ++p) {
    const auto report = fixture_.cluster().Rebuild(PartitionId(p), verify_only, {});
    Expect(report.ok(), "no rebuild: " + std::string(report.status().message()));
    Expect(report->rows_different == 0,
           fmt::format("{} of {} rows are different after a rebuild", report->rows_different, report->rows_compared));
  }
}

// Everything drawn is in, time has passed, and nothing is left to be done.
void ClusterRun::Settle() {
  for (; !held_back_.empty(); held_back_.pop_back()) OfferAll({held_back_.back()}, false, true);
  for (const Parked& parked : parked_) fixture_.now_ = std::max(fixture_.now_, parked.offered.event.occurred_at);
  while (!parked_.empty()) RetryOrDismiss({}, !parked_.front().conflict);
  AdvanceClock({0, 0, 0, 4, 0, 0});
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  for (uint32_t p = 0; p < fixture_.cluster().partitions(); ++p)
    while (fixture_.cluster().ViewOf(PartitionId(p))->swept_to < fixture_.cluster().ViewOf(PartitionId(p))->clock) {
      Expect(std::chrono::steady_clock::now() < until, "the sweep does not end");
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

}  // namespace guanxi::property
