#include "relations/anomaly.h"

namespace guanxi::relations {

std::string_view NameOf(AnomalyKind kind) {
  switch (kind) {
#define GUANXI_ANOMALY_NAME(name, number) \
  case AnomalyKind::name:                 \
    return #name;
    GUANXI_ANOMALIES(GUANXI_ANOMALY_NAME)
#undef GUANXI_ANOMALY_NAME
  }
  return "UNKNOWN";
}

}  // namespace guanxi::relations
