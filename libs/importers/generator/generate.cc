#include <memory>
#include <vector>

#include "base/reason.h"
#include "importers/generator.h"
#include "importers/generator/giant.h"
#include "importers/generator/story.h"

namespace guanxi::importers {
namespace {

using generator::Firm;
using generator::Giant;
using generator::Outbox;
using generator::Story;

constexpr uint32_t kAccountsMax = 10'000'000;
constexpr uint32_t kGiantEventsMin = 1'000;
constexpr int64_t kDaysMax = int64_t{50} * 366;
// Accounts come later and leave earlier: the part of all months in which they are there, per mille.
constexpr uint64_t kPresence = 760;

absl::Status Check(const GeneratorOptions& options, uint32_t giant_events) {
  const int64_t span = options.to.micros - options.from.micros;
  const auto refuse = [](const char* field, const char* rule) {
    return Refuse(Reason::REQUEST_INVALID, std::string(field) + " " + rule, {{"field", field}});
  };
  if (options.accounts < 1 || options.accounts > kAccountsMax) return refuse("accounts", "is not in 1 .. 10000000");
  if (span < kMicrosPerDay || span > kDaysMax * kMicrosPerDay) return refuse("to", "is not one day to 50 years after from");
  if (options.from < kEarliestTimestamp || options.to > kLatestTimestamp) return refuse("from", "lies outside the years 1 to 9999");
  if (giant_events != 0 && giant_events < kGiantEventsMin) return refuse("giant_events", "is neither 0 nor at least 1000");
  if (options.currency.size() != 3) return refuse("currency", "is no ISO 4217 code");
  return absl::OkStatus();
}

// What an account has at any activity: its opening, its first contacts and the like.
constexpr uint64_t kEventsAtAnyActivity = 7;

// The rates' factor, in per mille, that gives the events wanted.
uint64_t ActivityFor(const GeneratorOptions& options, const Firm& firm, uint64_t months) {
  if (options.events_per_account == 0) return 1000;
  uint64_t natural = 0;
  for (const auto& plan : firm.accounts()) natural += generator::TraitsOf(plan.persona).events;
  natural = std::max<uint64_t>(1, natural * months * kPresence / 1000 / options.accounts);
  return (std::max<uint64_t>(options.events_per_account, kEventsAtAnyActivity) - kEventsAtAnyActivity) * 1'000'000 / natural;
}

}  // namespace

absl::Status Generate(const GeneratorOptions& options, EventSink& sink, GeneratorReport& report) {
  const uint32_t giant_events = options.giant_events.value_or(options.accounts >= kGiantFromAccounts ? kGiantEventsDefault : 0);
  absl::Status status = Check(options, giant_events);
  if (!status.ok()) return status;
  const BusinessCalendar calendar(options.utc_offset_micros);
  const Month first = calendar.MonthOf(options.from);
  const Month last = calendar.MonthOf({options.to.micros - 1});
  const auto months = static_cast<uint32_t>(last.index - first.index + 1);
  Outbox outbox(options, sink, report);
  const Firm firm(options);
  const uint64_t activity = ActivityFor(options, firm, months);
  std::vector<Story> stories;
  stories.reserve(firm.accounts().size());
  for (const auto& plan : firm.accounts()) stories.emplace_back(options, firm, plan, outbox);
  std::unique_ptr<Giant> giant;
  if (giant_events != 0) giant = std::make_unique<Giant>(options, firm, giant_events, months, outbox);
  for (Month month = first; status.ok() && month <= last; ++month.index) {
    for (Story& story : stories) story.Live(month, activity);
    if (giant) giant->Live(month);
    status = outbox.Flush(month);
  }
  // What arrives at the very end of the time.
  return status.ok() ? outbox.Flush(calendar.MonthOf(options.to)) : status;
}

}  // namespace guanxi::importers
