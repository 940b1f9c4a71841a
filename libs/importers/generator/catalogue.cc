#include "importers/generator/catalogue.h"

namespace guanxi::importers::generator {
namespace {

// clang-format off
constexpr std::array<std::string_view, 12> kChineseCities = {"上海", "苏州", "杭州", "深圳", "广州", "青岛", "成都", "武汉", "宁波", "天津", "无锡", "佛山"};
constexpr std::array<std::string_view, 16> kChineseBrands = {"华鑫", "恒泰", "东方", "金盛", "宏远", "瑞丰", "天合", "明德",
                                                             "安捷", "联创", "永兴", "嘉禾", "中北", "海达", "伟业", "博源"};
constexpr std::array<std::string_view, 4> kChineseForms = {"有限公司", "股份有限公司", "集团有限公司", "科技有限公司"};
constexpr std::array<std::string_view, 18> kEuropeanBrands = {"Brandauer", "Lindqvist", "Morel",  "Castellani", "Van Dorp", "Okholm", "Ferreira", "Hartwig", "Novotny",
                                                              "Aldous",    "Kowalczyk", "Rinaldi", "Sauter",    "Delmas",   "Ekberg", "Bonnard",  "Thiessen", "Marchetti"};
constexpr std::array<std::string_view, 8> kEuropeanForms = {"GmbH", "AG", "S.A.", "S.p.A.", "B.V.", "AB", "Ltd", "Sp. z o.o."};
constexpr std::array<std::string_view, 12> kChineseFamilies = {"王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙"};
constexpr std::array<std::string_view, 12> kChineseGivens = {"伟", "芳", "娜", "敏", "静", "强", "磊", "洋", "艳", "勇", "建国", "晓明"};
constexpr std::array<std::string_view, 12> kEuropeanGivens = {"Anna", "Bruno", "Clara", "David", "Elena", "Frits", "Greta", "Hugo", "Ines", "Jonas", "Karin", "Luca"};
// clang-format on

}  // namespace

// clang-format off
constexpr std::array<BusinessLine, kBusinessLineCount> kBusinessLineTable = {{
    {"drives", {{{"drive belt", 890}, {"coupling", 4250}, {"gear unit", 38900}, {"servo motor", 124000}, {"inverter", 268000}, {"drive train", 1450000}}}},
    {"sensors", {{{"proximity sensor", 1950}, {"light barrier", 6400}, {"flow meter", 31500}, {"vision sensor", 98000}, {"laser scanner", 245000}, {"inspection cell", 1890000}}}},
    {"pumps", {{{"seal kit", 1275}, {"membrane pump", 15800}, {"dosing pump", 64000}, {"centrifugal pump", 187500}, {"vacuum pump", 392000}, {"pump station", 2150000}}}},
    {"controls", {{{"relay", 740}, {"terminal block", 2860}, {"panel", 45600}, {"controller", 139000}, {"safety controller", 318000}, {"control cabinet", 1275000}}}},
    {"services", {{{"remote check", 9500}, {"site visit", 48000}, {"training day", 92000}, {"overhaul", 276000}, {"retrofit", 845000}, {"service year", 1640000}}}},
    {"software", {{{"seat month", 2900}, {"data connector", 19500}, {"module", 74000}, {"plant licence", 236000}, {"integration", 690000}, {"site licence", 1980000}}}},
}};
// clang-format on
const std::array<BusinessLine, kBusinessLineCount> kBusinessLines = kBusinessLineTable;

// clang-format off
constexpr std::array<Industry, kIndustryCount> kIndustryTable = {{
    {"manufacturing", "机械", "Machinery", {900, 850, 1100, 1050, 1050, 1050, 950, 800, 1100, 1100, 1100, 950}},
    {"food", "食品", "Foods", {800, 750, 900, 1000, 1150, 1250, 1250, 1150, 1050, 950, 850, 900}},
    {"automotive", "汽车配件", "Automotive", {1000, 950, 1150, 1100, 1050, 1050, 750, 650, 1150, 1150, 1100, 900}},
    {"chemicals", "化工", "Chemicals", {1000, 950, 1050, 1050, 1050, 1000, 950, 900, 1000, 1050, 1050, 950}},
    {"retail", "商贸", "Retail", {700, 650, 800, 850, 900, 900, 850, 900, 1100, 1300, 1600, 1450}},
    {"energy", "能源", "Energy", {1200, 1150, 1050, 900, 850, 800, 850, 850, 950, 1050, 1150, 1200}},
    {"logistics", "物流", "Logistics", {850, 800, 950, 950, 950, 1000, 950, 950, 1050, 1150, 1250, 1150}},
    {"electronics", "电子", "Electronics", {900, 750, 950, 950, 950, 1000, 1000, 1050, 1150, 1150, 1150, 1000}},
}};
// clang-format on

constexpr bool SeasonsAverageToOne() {
  for (const Industry& industry : kIndustryTable) {
    uint32_t sum = 0;
    for (const uint16_t month : industry.season) sum += month;
    if (sum != 12'000) return false;
  }
  return true;
}
static_assert(SeasonsAverageToOne());

constexpr bool ProductsRiseInPrice() {
  for (const BusinessLine& line : kBusinessLineTable) {
    for (size_t i = 1; i < kProductsPerLine; ++i)
      if (line.products[i].price_cents <= line.products[i - 1].price_cents) return false;
  }
  return true;
}
static_assert(ProductsRiseInPrice());

const std::array<Industry, kIndustryCount> kIndustries = kIndustryTable;

const std::array<std::string_view, kRegionCount> kRegions = {"East China", "South China", "North China", "West China",
                                                             "DACH",       "Benelux",     "Nordics",     "South Europe"};

std::string CompanyName(Random& random, bool chinese, size_t industry) {
  const Industry& trade = kIndustries[industry];
  std::string name;
  if (chinese) {
    name.append(random.Pick(kChineseCities)).append(random.Pick(kChineseBrands)).append(trade.chinese).append(random.Pick(kChineseForms));
  } else {
    name.append(random.Pick(kEuropeanBrands)).append(" ").append(trade.english).append(" ").append(random.Pick(kEuropeanForms));
  }
  return name;
}

std::string PersonName(Random& random, bool chinese) {
  std::string name;
  if (chinese) return name.append(random.Pick(kChineseFamilies)).append(random.Pick(kChineseGivens));
  return name.append(random.Pick(kEuropeanGivens)).append(" ").append(random.Pick(kEuropeanBrands));
}

}  // namespace guanxi::importers::generator
