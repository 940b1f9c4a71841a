#include "relations/values.h"

namespace guanxi::relations {

std::string_view NameOf(Tier tier) {
  switch (tier) {
    case Tier::kOrdinary:
      return "ORDINARY";
    case Tier::kPreferred:
      return "PREFERRED";
    case Tier::kPartner:
      return "PARTNER";
    case Tier::kStrategic:
      return "STRATEGIC";
    case Tier::kUnspecified:
      break;
  }
  return "NONE";
}

std::string_view NameOf(Level level) {
  switch (level) {
    case Level::kGrassRoots:
      return "grass-roots";
    case Level::kOperational:
      return "operational";
    case Level::kSenior:
      return "senior";
    case Level::kExecutive:
      return "executive";
    case Level::kUnspecified:
      break;
  }
  return "unknown";
}

}  // namespace guanxi::relations
