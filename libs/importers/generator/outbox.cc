#include "importers/generator/outbox.h"

#include <algorithm>
#include <utility>

#include "codec/proto_time.h"

namespace guanxi::importers::generator {
namespace {

constexpr uint64_t kLatePerMille = 100;
constexpr uint64_t kVeryLatePerMilleOfLate = 10;
constexpr uint64_t kDaysLatePerMilleOfLate = 390;
constexpr int64_t kMicrosPerMinute = 60 * kMicrosPerSecond;

}  // namespace

void Outbox::Add(Timestamp at, const guanxi::v1::NewEvent& event) {
  if (at < options_.from || at >= options_.to) return;
  const Timestamp arrives = ArrivalOf(at);
  by_month_[calendar_.MonthOf(arrives)].push_back({arrives, letters_++, event.SerializeAsString()});
}

absl::Status Outbox::Flush(Month month) {
  while (!by_month_.empty() && by_month_.begin()->first <= month) {
    std::vector<Letter> letters = std::move(by_month_.begin()->second);
    by_month_.erase(by_month_.begin());
    std::sort(letters.begin(), letters.end(),
              [](const Letter& a, const Letter& b) { return a.arrives != b.arrives ? a.arrives < b.arrives : a.number < b.number; });
    for (const Letter& letter : letters) {
      absl::Status given = Give(letter);
      if (!given.ok()) return given;
    }
  }
  return absl::OkStatus();
}

Timestamp Outbox::ArrivalOf(Timestamp at) {
  if (!random_.PerMille(kLatePerMille)) return at;
  const uint64_t kind = random_.Below(1000);
  int64_t delay = random_.Between(kMicrosPerMinute, kMicrosPerHour);
  if (kind < kVeryLatePerMilleOfLate) {
    delay = random_.Between(6 * kMicrosPerDay, 180 * kMicrosPerDay);
  } else if (kind < kVeryLatePerMilleOfLate + kDaysLatePerMilleOfLate) {
    delay = random_.Between(kMicrosPerHour, 5 * kMicrosPerDay);
  }
  return {std::min(at.micros + delay, options_.to.micros)};
}

absl::Status Outbox::Give(const Letter& letter) {
  guanxi::v1::NewEvent event;
  event.ParseFromString(letter.event);
  const Timestamp at = codec::FromProto(event.occurred_at());
  const std::string& url = event.data().type_url();
  ++report_.types[url.substr(url.rfind('.') + 1)];
  ++report_.events;
  if (letter.arrives > at) ++report_.late;
  report_.newest_occurred_at = std::max(report_.newest_occurred_at.value_or(at), at);
  return sink_.Accept(std::move(event));
}

}  // namespace guanxi::importers::generator
