// Reads policy files: every key, its bounds, and who else may not be there.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/reason.h"
#include "relations/account.h"
#include "relations/embedded_policies.h"
#include "relations/policy.h"
#include "relations/policy_table.h"

namespace guanxi::relations {
namespace {

constexpr int64_t kPointsMax = 1000;
// Invoices due before W12 are kept as one sum; W12 covers at least 334 days.
constexpr int64_t kOverdueDaysMax = 300;
constexpr size_t kSegmentsMax = 32;

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
  if (sum == 0 && root.ok()) root.Say("weights", "are all 0");
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
        t.SayAt(&node, "bands", "must be pairs [amount, points] from amount 0 upwards, points 0 to 1000 that never fall");
        break;
      }
      p.value_bands.push_back(*point);
    }
    if (t.ok() && (p.value_bands.size() < 2 || p.value_bands.size() > 32)) t.Say("bands", "must have 2 to 32 pairs");
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
  Table gates = tier.Sub("gates", true);
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
    if (i > 0 && root.ok() && (p.tiers[i].up <= lower_up || p.tiers[i].down <= lower_down))
      tiers.Say(kNames[i], "must have edges above those of the tier below");
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

// Every table but the segments.
void ReadRules(Table& root, Policy& policy) {
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
}

// Whom a segment is for; at least one of the three keys.
Segment ReadSegmentHead(Table& t) {
  static constexpr std::string_view kTypes[] = {"ANY", "REGIONAL_AGENT", "CORE_CUSTOMER", "LARGE_INDUSTRIAL", "GROUP"};
  static constexpr std::string_view kOwnerships[] = {"ANY", "STATE_OWNED", "PRIVATE"};
  Segment segment{.name = t.Text("name", 1, 64)};
  if (t.Has("account_type")) segment.account_type = static_cast<AccountType>(t.OneOf("account_type", kTypes));
  if (t.Has("ownership")) segment.ownership = static_cast<Ownership>(t.OneOf("ownership", kOwnerships));
  if (t.Has("industry")) segment.industry = t.Text("industry", 1, 512);
  if (segment == Segment{.name = segment.name}) t.Say("name", "names a segment without account_type, ownership or industry");
  return segment;
}

void ReadSegment(const toml::node& node, const toml::table& file, const std::string& path, Policy& policy, Problems& problems) {
  if (!node.is_table()) return problems.Say(&node, path, "is not a table");
  Table head(node.as_table(), nullptr, path, problems);
  Policy part{.name = policy.name, .version = policy.version, .segment = ReadSegmentHead(head)};
  Table rules(node.as_table(), &file, path, problems);
  for (const std::string_view key : {"name", "account_type", "ownership", "industry"}) rules.Ignore(key);
  ReadRules(rules, part);
  rules.Finish();
  policy.segments.push_back(std::move(part));
}

void ReadSegments(Table& root, const toml::table& file, Policy& policy, Problems& problems) {
  if (!root.Has("segments")) return;
  const toml::array* segments = root.Array("segments");
  if (!segments) return;
  if (segments->size() > kSegmentsMax) root.Say("segments", "has more than 32 entries");
  for (size_t i = 0; i < segments->size() && problems.none(); ++i)
    ReadSegment((*segments)[i], file, "segments[" + std::to_string(i) + "]", policy, problems);
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
    const std::string line = std::to_string(error.source().begin.line);
    return Refuse(Reason::POLICY_INVALID, "policy: line " + line + ": no TOML: " + std::string(error.description()),
                  {{"key", ""}, {"line", line}});
  }
  Problems problems;
  Table root(&file, nullptr, "", problems);
  Policy policy;
  policy.name = root.Text("name", 1, 64);
  policy.version = root.Number("version", 1, 1'000'000'000);
  ReadRules(root, policy);
  ReadSegments(root, file, policy, problems);
  root.Finish();
  if (!problems.none()) return problems.status();
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
