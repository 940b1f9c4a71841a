// What a run compares: every answer of the cluster with the reference model's.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "ledger/merkle.h"
#include "partition/view_tree.h"
#include "property/cluster_run.h"
#include "relations/row_coding.h"

namespace guanxi::property {
namespace {

using partition::FeedRow;

// Lines about rows other than the account's own; readers get them through it.
constexpr std::array kNotOfTheCore = {"assessment.", "contact.",     "opportunity.", "bid.",   "contract.",  "order.",
                                      "invoice.",    "action_item.", "project.",     "trial.", "complaint.", "month."};

void KeepLinesOfTheCore(Dump& dump) {
  std::erase_if(dump, [](const auto& line) {
    return std::any_of(kNotOfTheCore.begin(), kNotOfTheCore.end(), [&](const char* prefix) { return line.first.starts_with(prefix); });
  });
}

// As the engine's core keeps it: the newest changes, the newest anomalies. Which of
// several are newest is a matter of the fold's order, so anomalies over the limit are left out.
Dump ExpectedDump(reference::State state, const reference::Account& account, Timestamp t) {
  if (state.history.size() > relations::kTierChangesKept)
    state.history.erase(state.history.begin(), state.history.end() - relations::kTierChangesKept);
  size_t anomalies = 0;
  for (const auto& [event, kinds] : state.facts.anomalies) anomalies += kinds.size();
  if (anomalies > relations::kAnomaliesKept) state.facts.anomalies.clear();
  Dump dump = DumpOf(state, account, t);
  KeepLinesOfTheCore(dump);
  dump["anomalies"] = std::to_string(anomalies);
  return dump;
}

Dump ActualDump(const partition::View& view, const partition::AccountAt& read, const reference::Account& account,
                const std::map<uint64_t, int>& numbers) {
  EngineState state;
  state.rows.core = read.core;
  state.history = read.core.tier_changes;
  if (read.core.counts.anomalies <= relations::kAnomaliesKept)
    for (const relations::Anomaly& anomaly : read.core.anomalies) {
      const auto number = numbers.find(anomaly.position.value);
      state.anomalies[number == numbers.end() ? anomaly.position.value + 1'000'000 : static_cast<uint64_t>(number->second)].emplace_back(
          NameOf(anomaly.kind));
    }
  state.evaluation = Evaluate(read.core, read.valid_to, PolicyAt(view, read), view.calendar);
  state.assessment = AssessAt(view, read);
  Dump dump = DumpOf(state, account, read.valid_to);
  KeepLinesOfTheCore(dump);
  dump["anomalies"] = std::to_string(read.core.counts.anomalies);
  return dump;
}

// What a subscriber who has followed the feed from its beginning believes.
using Beliefs = std::map<uint64_t, std::pair<std::string, relations::TierChange>>;

std::string Line(Timestamp at, int from, int to) { return fmt::format("{} {}>{}", FormatTimestamp(at), from, to); }

}  // namespace

void ClusterRun::CompareNow(size_t account, bool remember) {
  const partition::ViewPtr view = fixture_.cluster().ViewOf(PartitionOf(account));
  Timestamp valid_to = view->clock;
  for (const reference::Event& event : model_[account].account.events) valid_to = std::max(valid_to, event.occurred_at);
  Compare(account, *view, {}, view->Newest(), valid_to);
  const auto read = partition::ReadAccount(*view, model_[account].account.id);
  if (remember && read.ok()) seen_.push_back({account, view->Newest(), valid_to, relations::EncodedCore(read->core)});
}

void ClusterRun::CompareThen(size_t account, Position known_to, Timestamp valid_to) {
  Compare(account, *fixture_.cluster().ViewOf(PartitionOf(account)), {known_to, valid_to}, known_to, valid_to);
}

void ClusterRun::Compare(size_t account, const partition::View& view, const partition::AsOf& as_of, Position known_to, Timestamp valid_to) {
  const Modelled& modelled = model_[account];
  const std::string point = fmt::format("{} read {} at R {}, V {}", modelled.account.id, as_of.known_to ? "then" : "now", known_to.value,
                                        FormatTimestamp(valid_to));
  const reference::State expected = reference::StateAt(modelled.account, known_to.value, valid_to);
  const auto read = partition::ReadAccount(view, modelled.account.id, as_of);
  if (!expected.exists) return Expect(absl::IsNotFound(read.status()), point + ": an account without events is answered");
  Expect(read.ok(), point + ": " + std::string(read.status().message()));
  Expect(read->known_to == known_to && read->valid_to == valid_to, point + ": answered for another point");
  Expect(read->parked_events == modelled.parked, fmt::format("{}: {} parked, not {}", point, read->parked_events, modelled.parked));
  std::map<uint64_t, int> numbers;
  for (const reference::Event& event : modelled.account.events) numbers[event.position] = modelled.numbers.at(event.id);
  const std::string difference =
      Difference(ExpectedDump(expected, modelled.account, valid_to), ActualDump(view, *read, modelled.account, numbers));
  Expect(difference.empty(), point + ": the cluster (+) and the reference model (-) disagree\n" + difference + Story(modelled.account));
}

void ClusterRun::CompareWithWhatWasSeen() {
  for (const Seen& seen : seen_) {
    const auto read = partition::ReadAccount(*fixture_.cluster().ViewOf(PartitionOf(seen.account)), model_[seen.account].account.id,
                                             {seen.known_to, seen.valid_to});
    const std::string point =
        fmt::format("{} at R {}, V {}", model_[seen.account].account.id, seen.known_to.value, FormatTimestamp(seen.valid_to));
    Expect(read.ok(), point + " cannot be read again");
    Expect(relations::EncodedCore(read->core) == seen.core, point + " is not what was read then");
    CompareThen(seen.account, seen.known_to, seen.valid_to);
  }
}

void ClusterRun::CompareFeed() {
  std::map<std::string, std::multiset<std::string>> believed;
  for (uint32_t p = 0; p < fixture_.cluster().partitions(); ++p) {
    const partition::ViewPtr view = fixture_.cluster().ViewOf(PartitionId(p));
    const auto rows = partition::ReadFeed(*view, 0, view->feed_size + 1);
    Expect(rows.ok() && rows->size() == view->feed_size, "the feed has gaps");
    Beliefs beliefs;
    for (uint64_t number = 0; number < rows->size(); ++number) {
      const FeedRow& row = (*rows)[number];
      if (row.supersedes) {
        const auto old = beliefs.find(*row.supersedes);
        Expect(old != beliefs.end() && old->second.first == row.account_id, "a row supersedes what nobody believes");
        beliefs.erase(old);
      }
      Expect(row.supersedes.has_value() == (row.kind != partition::ChangeKind::kChanged), "a correction corrects nothing");
      if (row.kind != partition::ChangeKind::kRetracted) beliefs[number] = {row.account_id, row.change};
    }
    for (const auto& [number, belief] : beliefs)
      believed[belief.first].insert(Line(belief.second.at, static_cast<int>(belief.second.from), static_cast<int>(belief.second.to)));
  }
  for (const Modelled& modelled : model_) {
    const partition::ViewPtr view = fixture_.cluster().ViewOf(fixture_.cluster().PartitionOf(modelled.account.id));
    if (view->swept_to < view->clock) return;  // not everything is told yet
    Timestamp valid_to = view->clock;
    for (const reference::Event& event : modelled.account.events) valid_to = std::max(valid_to, event.occurred_at);
    std::multiset<std::string> truth;
    for (const auto& change : reference::StateAt(modelled.account, view->Newest().value, valid_to).history)
      truth.insert(Line(change.at, change.from, change.to));
    std::string difference;
    for (const auto& line : truth) difference += "- " + line + "\n";
    for (const auto& line : believed[modelled.account.id]) difference += "+ " + line + "\n";
    Expect(truth == believed[modelled.account.id],
           modelled.account.id + ": told (+) is not what is so (-)\n" + difference + Story(modelled.account));
  }
}

void ClusterRun::CompareTierCounts() {
  for (uint32_t p = 0; p < fixture_.cluster().partitions(); ++p) {
    const partition::ViewPtr view = fixture_.cluster().ViewOf(PartitionId(p));
    if (view->swept_to < view->clock) return;
    const auto by_tier = partition::ListAccounts(*view, partition::AccountOrder::kTier, {}, 100);
    const auto counts = partition::CountByTier(*view);
    Expect(by_tier.ok() && counts.ok(), "the tiers cannot be listed");
    std::vector<uint64_t> expected(counts->size());
    int above = 4;
    for (const auto& listed : *by_tier) {
      const auto read = partition::ReadAccount(*view, listed.account_id);
      Expect(read.ok(), "a listed account cannot be read");
      const int tier = static_cast<int>(read->core.tier.tier);
      ++expected[static_cast<size_t>(tier)];
      Expect(tier <= above, listed.account_id + " is listed among other tiers than its own");
      above = tier;
    }
    Expect(expected == *counts, "accounts are counted in other tiers than they have");
  }
}

void ClusterRun::CompareMonths() {
  for (size_t i = 0; i < model_.size(); ++i) {
    const partition::ViewPtr view = fixture_.cluster().ViewOf(PartitionOf(i));
    const auto read = partition::ReadAccount(*view, model_[i].account.id);
    if (!read.ok()) continue;
    Dump actual, expected;
    const absl::Status scanned = partition::ScanMonths(*view, calendar_.MonthOf(kEarliestTimestamp), calendar_.MonthOf(kLatestTimestamp),
                                                       [&](const partition::MonthlyRevenue& row) {
                                                         if (row.account == read->number)
                                                           actual[row.month + " " + std::string(row.currency.view())] =
                                                               fmt::format("{} of {} orders", FormatMicros(row.net_revenue), row.orders);
                                                       });
    Expect(scanned.ok(), "months cannot be read");
    for (const auto& [currency, months] : reference::StateAt(model_[i].account, view->Newest().value, read->valid_to).sums)
      for (const auto& [month, sums] : months)
        expected[FormatMonth(month) + " " + currency] = fmt::format("{} of {} orders", FormatMicros(sums.revenue), sums.orders);
    Expect(Difference(expected, actual).empty(), model_[i].account.id + "'s months\n" + Difference(expected, actual));
  }
}

void ClusterRun::CompareLog() {
  for (uint32_t p = 0; p < fixture_.cluster().partitions(); ++p) {
    const partition::ViewPtr view = fixture_.cluster().ViewOf(PartitionId(p));
    const auto root = partition::TreeRoot(*view, view->log_size);
    Expect(root.ok() && ledger::AsBytes(*root) == view->root, "the log does not give the root");
  }
  for (size_t i = 0; i < model_.size(); ++i) {
    const partition::ViewPtr view = fixture_.cluster().ViewOf(PartitionOf(i));
    const auto timeline = partition::ReadTimeline(*view, model_[i].account.id, {}, false, 100'000);
    if (model_[i].account.events.empty()) continue;
    Expect(timeline.ok(), "no timeline");
    std::set<std::pair<Timestamp, uint64_t>> expected, actual;
    for (const reference::Event& event : model_[i].account.events) expected.emplace(event.occurred_at, event.position);
    for (const auto& entry : *timeline) actual.emplace(entry.occurred_at, entry.position.value);
    Expect(expected == actual && timeline->size() == expected.size(), model_[i].account.id + "'s timeline is not what was accepted");
  }
}

void ClusterRun::CompareEverything() {
  for (size_t i = 0; i < model_.size(); ++i) CompareNow(i, false);
  CompareWithWhatWasSeen();
  CompareFeed();
  CompareTierCounts();
  CompareMonths();
  CompareLog();
}

}  // namespace guanxi::property
