// Reads policy files. The only includer of toml++.
#include <toml++/toml.h>

#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>

#include "base/reason.h"
#include "relations/account.h"
#include "relations/embedded_policies.h"
#include "relations/policy.h"

namespace guanxi::relations {
namespace {

constexpr int64_t kPointsMax = 1000;
// Invoices due before W12 are kept as one sum; W12 covers at least 334 days.
constexpr int64_t kOverdueDaysMax = 300;

// The first thing that is wrong with the file; later ones are not recorded.
struct Problem {
  absl::Status status = absl::OkStatus();

  void Say(const std::string& key, const std::string& what) {
    if (status.ok()) status = Refuse(Reason::POLICY_INVALID, "policy key '" + key + "' " + what, {{"key", key}});
  }
};

// One table of the file: every key is asked for once, what was not asked for is unknown.
class Table {
 public:
  Table(const toml::table* table, std::string path, Problem& problem) : table_(table), path_(std::move(path)), problem_(problem) {}

  Table Sub(std::string_view key) {
    const toml::node* node = Take(key);
    if (node && !node->is_table()) problem_.Say(Path(key), "is not a table");
    return Table(node ? node->as_table() : nullptr, Path(key), problem_);
  }

  int32_t Number(std::string_view key, int64_t min, int64_t max) {
    const toml::node* node = Take(key);
    if (!node) return static_cast<int32_t>(min);
    const auto value = node->is_integer() ? node->value<int64_t>() : std::nullopt;
    if (value && min <= *value && *value <= max) return static_cast<int32_t>(*value);
    problem_.Say(Path(key), "is not a whole number from " + std::to_string(min) + " to " + std::to_string(max));
    return static_cast<int32_t>(min);
  }

  std::string Text(std::string_view key, size_t min_size, size_t max_size) {
    const toml::node* node = Take(key);
    if (!node) return {};
    const auto value = node->is_string() ? node->value<std::string>() : std::nullopt;
    if (value && min_size <= value->size() && value->size() <= max_size) return *value;
    problem_.Say(Path(key), "is not a text of " + std::to_string(min_size) + " to " + std::to_string(max_size) + " bytes");
    return {};
  }

  // The index of the text among the names.
  template <size_t N>
  size_t OneOf(std::string_view key, const std::string_view (&names)[N]) {
    const std::string text = Text(key, 0, 64);
    std::string choices;
    for (size_t i = 0; i < N; ++i) {
      if (text == names[i]) return i;
      choices += (i == 0 ? "" : ", ") + std::string(names[i]);
    }
    problem_.Say(Path(key), "is none of " + choices);
    return 0;
  }

  const toml::array* Array(std::string_view key) {
    const toml::node* node = Take(key);
    if (node && !node->is_array()) problem_.Say(Path(key), "is not an array");
    return node ? node->as_array() : nullptr;
  }

  bool Has(std::string_view key) const { return table_ && table_->contains(key); }
  std::string Path(std::string_view key) const { return path_.empty() ? std::string(key) : path_ + "." + std::string(key); }
  Problem& problem() { return problem_; }

  // Call when all known keys were asked for.
  void Finish() {
    if (!table_) return;
    for (const auto& [key, node] : *table_)
      if (!taken_.contains(std::string(key.str()))) problem_.Say(Path(key.str()), "is unknown");
  }

 private:
  const toml::node* Take(std::string_view key) {
    taken_.insert(std::string(key));
    if (!table_) return nullptr;
    const toml::node* node = table_->get(key);
    if (!node) problem_.Say(Path(key), "is missing");
    return node;
  }

  const toml::table* table_;
  std::string path_;
  Problem& problem_;
  std::set<std::string> taken_;
};

void ReadWeights(Table& root, Policy& p) {
  Table weights = root.Sub("weights"), missing = root.Sub("missing");
  static constexpr std::string_view kTreatments[] = {"EXCLUDE", "AS_ZERO"};
  int64_t sum = 0;
  for (size_t i = 0; i < kDimensionCount; ++i) {
    const std::string_view name = NameOf(static_cast<Dimension>(i));
    p.weights[i] = weights.Number(name, 0, 1000);
    p.missing[i] = static_cast<MissingTreatment>(missing.OneOf(name, kTreatments));
    sum += p.weights[i];
  }
  if (sum == 0) root.problem().Say("weights", "are all 0");
  weights.Finish();
  missing.Finish();
}

void ReadHeight(Table& root, HeightConstants& p) {
  Table t = root.Sub("height");
  static constexpr std::string_view kLevels[] = {"grass_roots", "operational", "senior", "executive"};
  for (size_t i = 0; i < 4; ++i) p.base[i + 1] = t.Number(kLevels[i], 0, kPointsMax);
  p.per_executive_meeting = t.Number("per_executive_meeting", 0, kPointsMax);
  p.executive_meetings_max = t.Number("executive_meetings_max", 0, 1000);
  t.Finish();
}

void ReadBreadth(Table& root, BreadthConstants& p) {
  Table t = root.Sub("breadth");
  const auto names_max = static_cast<int64_t>(kNamesPerSetMax);
  p.departments_points = t.Number("departments_points", 0, kPointsMax);
  p.departments_full = t.Number("departments_full", 1, names_max);
  p.levels_points = t.Number("levels_points", 0, kPointsMax);
  p.levels_full = t.Number("levels_full", 1, 4);
  p.lines_points = t.Number("lines_points", 0, kPointsMax);
  p.lines_full = t.Number("lines_full", 1, names_max);
  t.Finish();
}

void ReadDepth(Table& root, DepthConstants& p) {
  Table t = root.Sub("depth");
  p.active_contract = t.Number("active_contract", 0, kPointsMax);
  p.long_contract = t.Number("long_contract", 0, kPointsMax);
  p.long_contract_months = t.Number("long_contract_months", 1, 600);
  p.per_project = t.Number("per_project", 0, kPointsMax);
  p.projects_max = t.Number("projects_max", 0, kPointsMax);
  p.per_supporter = t.Number("per_supporter", 0, kPointsMax);
  p.supporters_max = t.Number("supporters_max", 0, kPointsMax);
  p.per_year = t.Number("per_year", 0, kPointsMax);
  p.years_max = t.Number("years_max", 0, kPointsMax);
  t.Finish();
}

std::optional<BandPoint> ReadBandPoint(const toml::node& node) {
  const toml::array* pair = node.as_array();
  if (!pair || pair->size() != 2 || !(*pair)[0].is_integer() || !(*pair)[1].is_integer()) return std::nullopt;
  const int64_t amount = *(*pair)[0].value<int64_t>(), points = *(*pair)[1].value<int64_t>();
  if (amount < 0 || amount > 1'000'000'000'000 || points < 0 || points > kPointsMax) return std::nullopt;
  return BandPoint{amount, static_cast<int32_t>(points)};
}

void ReadValue(Table& root, Policy& p) {
  Table t = root.Sub("value");
  static constexpr std::string_view kMeasures[] = {"REVENUE", "PROFIT", "UNITS", "PROJECT_INCOME"};
  p.measure = static_cast<Measure>(t.OneOf("measure", kMeasures));
  if (const toml::array* bands = t.Array("bands")) {
    for (const toml::node& node : *bands) {
      const auto point = ReadBandPoint(node);
      const bool ascends =
          point && (p.value_bands.empty() ? point->amount == 0
                                          : point->amount > p.value_bands.back().amount && point->points >= p.value_bands.back().points);
      if (!ascends) {
        root.problem().Say("value.bands", "must be pairs [amount, points] from amount 0 upwards, points 0 to 1000 that never fall");
        break;
      }
      p.value_bands.push_back(*point);
    }
    if (p.value_bands.size() < 2 || p.value_bands.size() > 32) root.problem().Say("value.bands", "must have 2 to 32 pairs");
  }
  t.Finish();
}

void ReadService(Table& root, ServiceConstants& p) {
  Table t = root.Sub("service");
  p.per_critical = t.Number("per_critical", 0, kPointsMax);
  p.per_open = t.Number("per_open", 0, kPointsMax);
  p.per_recurrence = t.Number("per_recurrence", 0, kPointsMax);
  p.sla_points = t.Number("sla_points", 0, kPointsMax);
  t.Finish();
}

void ReadLoyalty(Table& root, LoyaltyConstants& p) {
  Table t = root.Sub("loyalty");
  p.months_points = t.Number("months_points", 0, kPointsMax);
  p.years_points = t.Number("years_points", 0, kPointsMax);
  p.years_full = t.Number("years_full", 1, 50);
  t.Finish();
}

struct GateKey {
  std::string_view key;
  GateKind kind;
  int64_t min, max;
};
constexpr GateKey kGateKeys[] = {
    {"orders_or_contracts", GateKind::kOrdersOrContracts, 1, 1'000'000},
    {"active_contracts", GateKind::kActiveContracts, 1, 1000},
    {"departments_met", GateKind::kDepartmentsMet, 1, static_cast<int64_t>(kNamesPerSetMax)},
    {"levels_met", GateKind::kLevelsMet, 1, 4},
    {"decision_maker_met", GateKind::kDecisionMakerMet, 1, 1000},
    {"lines_or_joint_project", GateKind::kLinesOrJointProject, 1, static_cast<int64_t>(kNamesPerSetMax)},
    {"executive_meeting", GateKind::kExecutiveMeeting, 1, static_cast<int64_t>(kWindowMonths)},
    {"contract_of_months", GateKind::kContractOfMonths, 1, 600},
    {"critical_complaints", GateKind::kCriticalComplaints, 0, 1000},
    {"overdue_days", GateKind::kOverdueDays, 0, kOverdueDaysMax},
    {"months_with_orders", GateKind::kMonthsWithOrders, 1, static_cast<int64_t>(kWindowMonths)},
    {"years_since_first", GateKind::kYearsSinceFirst, 1, 50},
};

// Gates are the one table whose keys are optional: those it has are the tier's gates.
void ReadGates(Table& tier, TierRule& rule) {
  Table gates = tier.Sub("gates");
  for (const GateKey& row : kGateKeys)
    if (gates.Has(row.key)) rule.gates.push_back({row.kind, gates.Number(row.key, row.min, row.max)});
  gates.Finish();
}

void ReadTiers(Table& root, Policy& p) {
  Table tiers = root.Sub("tiers");
  static constexpr std::string_view kNames[] = {"preferred", "partner", "strategic"};
  int32_t lower_up = 0, lower_down = 0;
  for (size_t i = 0; i < 3; ++i) {
    Table tier = tiers.Sub(kNames[i]);
    p.tiers[i].up = tier.Number("up", 1, kPointsMax);
    p.tiers[i].down = tier.Number("down", 0, p.tiers[i].up);
    if (p.tiers[i].up <= lower_up || p.tiers[i].down <= lower_down)
      if (i > 0) root.problem().Say("tiers." + std::string(kNames[i]), "must have edges above those of the tier below");
    lower_up = p.tiers[i].up, lower_down = p.tiers[i].down;
    ReadGates(tier, p.tiers[i]);
    tier.Finish();
  }
  tiers.Finish();
}

SlaHours ReadHours(Table& sla, std::string_view key) {
  Table t = sla.Sub(key);
  SlaHours hours;
  hours.first_response = t.Number("first_response", 1, 8784);
  hours.resolution = t.Number("resolution", 1, 8784);
  t.Finish();
  return hours;
}

void ReadRest(Table& root, Policy& p) {
  Table payment = root.Sub("payment"), machine = root.Sub("machine"), sla = root.Sub("sla"), complaints = root.Sub("complaints");
  p.payment_full_days = payment.Number("full_days", 1, 366);
  p.dwell_days = machine.Number("dwell_days", 0, 3660);
  p.month_ends_down = machine.Number("month_ends_down", 1, 12);
  p.sla_normal = ReadHours(sla, "normal");
  p.sla_critical = ReadHours(sla, "critical");
  p.recurrence_days = complaints.Number("recurrence_days", 1, kRecurrenceDaysMax);
  payment.Finish(), machine.Finish(), sla.Finish(), complaints.Finish();
}

// The built-in files are part of the program: that they parse is its invariant.
Policy ParsedAtStart(std::string_view toml) {
  absl::StatusOr<Policy> policy = ParsePolicy(toml);
  if (policy.ok()) return *std::move(policy);
  std::fprintf(stderr, "built-in policy: %s\n", std::string(policy.status().message()).c_str());
  std::abort();
}

}  // namespace

absl::StatusOr<Policy> ParsePolicy(std::string_view text) {
  toml::table file;
  try {
    file = toml::parse(text);
  } catch (const toml::parse_error& error) {
    return Refuse(Reason::POLICY_INVALID, "not a TOML file: " + std::string(error.description()), {{"key", ""}});
  }
  Problem problem;
  Table root(&file, "", problem);
  Policy policy;
  policy.name = root.Text("name", 1, 64);
  policy.version = root.Number("version", 1, 1'000'000'000);
  policy.evidence_note = root.Text("evidence_note", 0, 256);
  ReadWeights(root, policy);
  ReadHeight(root, policy.height);
  ReadBreadth(root, policy.breadth);
  ReadDepth(root, policy.depth);
  ReadValue(root, policy);
  ReadService(root, policy.service);
  ReadLoyalty(root, policy.loyalty);
  ReadTiers(root, policy);
  ReadRest(root, policy);
  root.Finish();
  if (!problem.status.ok()) return problem.status;
  return policy;
}

std::string_view StandardPolicyToml() { return kStandardPolicyToml; }
std::string_view TransactionalPolicyToml() { return kTransactionalPolicyToml; }

const Policy& StandardPolicy() {
  static const Policy policy = ParsedAtStart(kStandardPolicyToml);
  return policy;
}

const Policy& TransactionalPolicy() {
  static const Policy policy = ParsedAtStart(kTransactionalPolicyToml);
  return policy;
}

}  // namespace guanxi::relations
