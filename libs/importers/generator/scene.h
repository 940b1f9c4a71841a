// What every part of an account's story needs to know of the month it tells.
#pragma once

#include <google/protobuf/timestamp.pb.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include "codec/proto_time.h"
#include "guanxi/event/v1/common.pb.h"
#include "importers/generator/diary.h"
#include "importers/generator/firm.h"

namespace guanxi::importers::generator {

inline constexpr int64_t kMicrosPerMinute = 60 * kMicrosPerSecond;
inline constexpr int64_t kMicrosPerCent = 10'000;

struct Scene {
  const GeneratorOptions& options;
  const Firm& firm;
  const AccountPlan& plan;
  Random& random;
  Diary& diary;
  BusinessCalendar calendar;
  // The part of the month in which the account is there, half open.
  Timestamp begin;
  Timestamp end;
  bool opening = false;
  Persona persona = Persona::kOrdinary;
  // How much of a usual full month this one is, in per mille.
  uint64_t activity = 1000;
  std::string owner;

  const PersonaTraits& traits() const { return TraitsOf(persona); }

  // How often something happens this month that usually happens `per_mille` / 1000 times a month.
  uint32_t Times(uint64_t per_mille) { return random.Count(per_mille * activity / 1000); }

  // Some second of working hours in [begin, end).
  Timestamp WorkTime() { return WorkTimeBetween(begin, end); }
  // Some time of working hours from low_days to high_days after t, later than t.
  Timestamp DaysLater(Timestamp t, int64_t low_days, int64_t high_days) {
    const Timestamp low{t.micros + low_days * kMicrosPerDay};
    return std::max(WorkTimeBetween(low, {t.micros + high_days * kMicrosPerDay + 1}), Timestamp{t.micros + kMicrosPerMinute});
  }
  Timestamp MinutesLater(Timestamp t, int64_t low, int64_t high) { return {t.micros + random.Between(low, high) * kMicrosPerMinute}; }
  // Before anything else of the month: who is there at its first visit is settled.
  Timestamp EarlyInMonth() {
    if (opening) return {begin.micros - 30 * kMicrosPerMinute};
    return {begin.micros + 7 * kMicrosPerHour + random.Between(0, 1'700) * kMicrosPerSecond};
  }

  void SetMoney(event::v1::Money& money, int64_t cents) const {
    money.set_micros(cents * kMicrosPerCent);
    money.set_currency_code(options.currency);
  }

 private:
  Timestamp WorkTimeBetween(Timestamp low, Timestamp high) {
    const Timestamp any{low.micros + static_cast<int64_t>(random.Below(static_cast<uint64_t>(high.micros - low.micros)))};
    Day day = calendar.DayOf(any);
    const int weekday = ((day.index % 7) + 7 + 4) % 7;  // 0 is Sunday
    if (weekday == 6) --day.index;
    if (weekday == 0) ++day.index;
    const int64_t seconds = int64_t{8} * 3600 + static_cast<int64_t>(random.Below(uint64_t{10} * 3600));
    const Timestamp at{calendar.StartOf(day).micros + seconds * kMicrosPerSecond};
    return std::clamp(at, low, Timestamp{high.micros - 1});
  }
};

}  // namespace guanxi::importers::generator
