#include "property/policy_toml.h"

#include <fmt/format.h>

namespace guanxi::property {
namespace {

constexpr std::array<const char*, reference::kDimensions> kDimensionNames = {"height",  "breadth", "depth",        "value",
                                                                             "payment", "service", "satisfaction", "loyalty"};
constexpr std::array<const char*, 4> kMeasures = {"REVENUE", "PROFIT", "UNITS", "PROJECT_INCOME"};
constexpr std::array<const char*, 3> kTiers = {"preferred", "partner", "strategic"};

std::string Weights(const reference::Policy& p) {
  std::string weights = "[weights]\n", missing = "[missing]\n";
  for (size_t i = 0; i < kDimensionNames.size(); ++i) {
    weights += fmt::format("{} = {}\n", kDimensionNames[i], p.weight[i]);
    missing +=
        fmt::format("{} = \"{}\"\n", kDimensionNames[i], p.when_missing[i] == reference::WhenMissing::kAsZero ? "AS_ZERO" : "EXCLUDE");
  }
  return weights + missing;
}

std::string People(const reference::Policy& p) {
  return fmt::format(
      "[height]\ngrass_roots = {}\noperational = {}\nsenior = {}\nexecutive = {}\nper_executive_meeting = {}\nexecutive_meetings_max = {}\n"
      "[breadth]\ndepartments_points = {}\ndepartments_full = {}\nlevels_points = {}\nlevels_full = {}\nlines_points = {}\nlines_full = "
      "{}\n",
      p.height_base[1], p.height_base[2], p.height_base[3], p.height_base[4], p.executive_meeting_points, p.executive_meetings_counted,
      p.department_points, p.departments_counted, p.level_points, p.levels_counted, p.line_points, p.lines_counted);
}

std::string Depth(const reference::Policy& p) {
  return fmt::format(
      "[depth]\nactive_contract = {}\nlong_contract = {}\nlong_contract_months = {}\nper_project = {}\nprojects_max = {}\n"
      "per_supporter = {}\nsupporters_max = {}\nper_year = {}\nyears_max = {}\n",
      p.active_contract_points, p.long_contract_points, p.long_contract_months, p.project_points, p.project_points_limit,
      p.supporter_points, p.supporter_points_limit, p.depth_year_points, p.depth_year_points_limit);
}

std::string Value(const reference::Policy& p) {
  std::string bands;
  for (const auto& [amount, points] : p.value_bands) bands += fmt::format("[{}, {}], ", amount, points);
  return fmt::format("[value]\nmeasure = \"{}\"\nbands = [{}]\n[payment]\nfull_days = {}\n", kMeasures[static_cast<size_t>(p.measure)],
                     bands, p.payment_days);
}

std::string Service(const reference::Policy& p) {
  return fmt::format(
      "[service]\nper_critical = {}\nper_open = {}\nper_recurrence = {}\nsla_points = {}\n"
      "[loyalty]\nmonths_points = {}\nyears_points = {}\nyears_full = {}\n"
      "[sla]\nnormal = {{ first_response = {}, resolution = {} }}\ncritical = {{ first_response = {}, resolution = {} }}\n"
      "[complaints]\nrecurrence_days = {}\n[machine]\ndwell_days = {}\nmonth_ends_down = {}\n",
      p.open_critical_points, p.open_other_points, p.recurrence_points, p.sla_points, p.loyalty_month_points, p.loyalty_year_points,
      p.loyalty_years_counted, p.first_response_hours, p.resolution_hours, p.critical_first_response_hours, p.critical_resolution_hours,
      p.recurrence_days, p.dwell_days, p.month_ends_below);
}

std::string Tiers(const reference::Policy& p) {
  std::string toml;
  for (size_t i = 0; i < kTiers.size(); ++i) {
    toml += fmt::format("[tiers.{0}]\nup = {1}\ndown = {2}\n[tiers.{0}.gates]\n", kTiers[i], p.edges[i].up, p.edges[i].down);
    for (const reference::GateRule& gate : p.gates[i]) toml += fmt::format("{} = {}\n", gate.name, gate.threshold);
  }
  return toml;
}

std::string Tables(const reference::Policy& p) { return Weights(p) + People(p) + Depth(p) + Value(p) + Service(p) + Tiers(p); }

// "ACCOUNT_TYPE_GROUP" without "ACCOUNT_TYPE_".
std::string Without(const std::string& prefix, const std::string& name) { return name.substr(prefix.size()); }

std::string SegmentOf(const reference::Policy& p) {
  std::string toml = fmt::format("[[segments]]\nname = \"{}\"\n", p.segment);
  if (p.account_type != 0)
    toml += fmt::format("account_type = \"{}\"\n", Without("ACCOUNT_TYPE_", event::v1::AccountType_Name(p.account_type)));
  if (p.ownership != 0) toml += fmt::format("ownership = \"{}\"\n", Without("OWNERSHIP_", event::v1::Ownership_Name(p.ownership)));
  if (!p.industry.empty()) toml += fmt::format("industry = \"{}\"\n", p.industry);
  std::string tables = "\n" + Tables(p);
  for (size_t at = 0; (at = tables.find("\n[", at)) != std::string::npos; ++at) tables.insert(at + 2, "segments.");
  return toml + tables;
}

}  // namespace

std::string TomlOf(const reference::Policy& p) {
  std::string toml = fmt::format("name = \"{}\"\nversion = {}\nevidence_note = \"\"\n", p.name, p.version) + Tables(p);
  for (const reference::Policy& segment : p.segments) toml += SegmentOf(segment);
  return toml;
}

}  // namespace guanxi::property
