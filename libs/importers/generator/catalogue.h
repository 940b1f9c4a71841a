// What the made-up firm sells, where and to whom: names, products, seasons.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "importers/generator/random.h"

namespace guanxi::importers::generator {

inline constexpr size_t kProductsPerLine = 6;

struct Product {
  std::string_view name;
  int64_t price_cents;
};

struct BusinessLine {
  std::string_view name;
  // Rising in price.
  std::array<Product, kProductsPerLine> products;
};

struct Industry {
  std::string_view name;
  std::string_view chinese;
  std::string_view english;
  // Demand of January .. December in per mille of an average month; they add up to 12,000.
  std::array<uint16_t, 12> season;
};

inline constexpr size_t kBusinessLineCount = 6;
extern const std::array<BusinessLine, kBusinessLineCount> kBusinessLines;
inline constexpr size_t kIndustryCount = 8;
extern const std::array<Industry, kIndustryCount> kIndustries;
inline constexpr size_t kRegionCount = 8;
// The first half are in China.
extern const std::array<std::string_view, kRegionCount> kRegions;

inline constexpr std::array<std::string_view, 6> kComplaintCategories = {"delivery",      "quality", "invoice",
                                                                         "documentation", "service", "packaging"};
inline constexpr std::array<std::string_view, 5> kCompetitors = {"Nordwerk", "Orient Star", "Calder & Finch", "Hengtai", "Meridia"};
inline constexpr std::array<std::string_view, 6> kVisitPurposes = {"requirements", "offer",    "quarterly review",
                                                                   "installation", "training", "strategy"};
inline constexpr std::array<std::string_view, 5> kActionTexts = {"send the revised offer", "confirm the delivery date", "arrange a trial",
                                                                 "check the stock level", "invite the plant manager"};
inline constexpr std::array<std::string_view, 6> kHobbies = {"calligraphy", "cycling", "table tennis", "opera", "gardening", "chess"};

std::string CompanyName(Random& random, bool chinese, size_t industry);
std::string PersonName(Random& random, bool chinese);

}  // namespace guanxi::importers::generator
