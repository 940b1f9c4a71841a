#include "importers/generator.h"

#include <algorithm>
#include <set>

#include "codec/event_decoder.h"
#include "guanxi/event/v1/account.pb.h"
#include "guanxi/event/v1/contact.pb.h"
#include "importers/generator/random.h"
#include "relations/fold.h"
#include "unit/importers/import_fixture.h"

using namespace guanxi;
using namespace guanxi::importers;
namespace ev = guanxi::event::v1;

namespace {

Timestamp At(const char* text) { return ParseTimestamp(text).value(); }

GeneratorOptions TwoYears(uint32_t accounts, uint64_t seed = 7) {
  return {.accounts = accounts, .from = At("2023-01-01"), .to = At("2025-01-01"), .seed = seed, .giant_events = 0};
}

struct Generated {
  CollectingSink sink;
  GeneratorReport report;
  explicit Generated(const GeneratorOptions& options) { BOOST_REQUIRE(Generate(options, sink, report).ok()); }
  const std::vector<guanxi::v1::NewEvent>& events() const { return sink.events; }
};

// FNV-1a, 64 bits.
class Fingerprint {
 public:
  void Add(const std::string& bytes) {
    for (const char c : bytes) hash_ = (hash_ ^ static_cast<uint8_t>(c)) * 0x100000001b3;
  }
  uint64_t value() const { return hash_; }

 private:
  uint64_t hash_ = 0xcbf29ce484222325;
};

uint64_t FingerprintOf(const std::vector<guanxi::v1::NewEvent>& events, size_t count) {
  Fingerprint fingerprint;
  for (size_t i = 0; i < std::min(count, events.size()); ++i) fingerprint.Add(events[i].SerializeAsString());
  return fingerprint.value();
}

// One account folded as the engine would, children kept as rows.
struct Folded {
  relations::AccountCore core;
  std::map<std::string, std::pair<relations::ChildKey, relations::Child>> rows;

  static std::string RowName(const relations::ChildKey& key) { return std::to_string(static_cast<int>(key.kind)) + "/" + key.id; }

  void Take(const relations::Event& event, const relations::FoldContext& context, std::map<std::string, uint64_t>& anomalies) {
    relations::ChildSet children;
    for (auto& key : relations::ChildrenNeeded(core, event, context.calendar))
      if (const auto row = rows.find(RowName(key)); row != rows.end()) children.Load(key, row->second.second);
    for (const auto& anomaly : relations::Fold(core, children, event, context).anomalies)
      ++anomalies[std::string(relations::NameOf(anomaly.kind))];
    children.ForEachDirty([this](const relations::ChildKey& key, const relations::Child* child) {
      if (child == nullptr) return void(rows.erase(RowName(key)));
      rows[RowName(key)] = {key, *child};
    });
  }
};

struct FoldedAll {
  std::map<std::string, Folded> accounts;
  std::map<std::string, uint64_t> anomalies;
  std::map<std::string, uint64_t> refusals;

  // In order of business time, ties by arrival; then all accounts at `to`.
  FoldedAll(std::vector<guanxi::v1::NewEvent> events, Timestamp to) {
    std::stable_sort(events.begin(), events.end(),
                     [](const auto& a, const auto& b) { return codec::FromProto(a.occurred_at()) < codec::FromProto(b.occurred_at()); });
    const relations::PolicyLineage policies;
    const relations::FoldContext context{policies, Position{}, BusinessCalendar()};
    codec::EventDecoder decoder;
    uint64_t position = 0;
    for (const auto& event : events) Take(event, Position{position++}, decoder, context);
    for (auto& [id, folded] : accounts) relations::AdvanceTo(folded.core, to, context);
  }

  void Take(const guanxi::v1::NewEvent& event, Position position, codec::EventDecoder& decoder, const relations::FoldContext& context) {
    const std::string payload = WithoutPersonalData(event);
    codec::RecordView record;
    record.type = static_cast<uint16_t>(relations::EventTypeFromName(TypeOf(event)));
    record.occurred_at = codec::FromProto(event.occurred_at());
    record.account_id = event.account_id();
    record.source = event.source();
    record.id = event.id();
    record.actor = event.actor();
    record.payload = payload;
    const auto decoded = decoder.DecodeEvent(record, position);
    if (!decoded.ok()) {
      ++refusals[TypeOf(event) + ": " + std::string(decoded.status().message())];
      return;
    }
    Folded& folded = accounts[event.account_id()];
    folded.core.id = AccountId(event.account_id());
    folded.Take(*decoded, context, anomalies);
  }

  // The engine seals it before the log.
  static std::string WithoutPersonalData(const guanxi::v1::NewEvent& event) {
    if (TypeOf(event) != "ContactAdded") return event.data().value();
    auto contact = As<ev::ContactAdded>(event);
    contact.clear_name();
    contact.clear_facts();
    return contact.SerializeAsString();
  }
};

std::string Print(const std::map<std::string, uint64_t>& counts) {
  std::string text;
  for (const auto& [name, count] : counts) text += name + " " + std::to_string(count) + "; ";
  return text;
}

// The messages of guanxi.event.v1 that a client may append.
std::set<std::string> AppendableTypes() {
  std::set<std::string> names;
  for (const auto& entry : relations::kEventTypes) {
    const bool engine = entry.family == relations::EventFamily::kControl || entry.family == relations::EventFamily::kUnknown;
    if (!engine && entry.type != relations::EventType::kReferralRecorded) names.insert(std::string(entry.name));
  }
  return names;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(generator_suite)

BOOST_AUTO_TEST_CASE(random_numbers_are_those_of_the_published_algorithm) {
  // splitmix64 from state 0: the first number of the reference code.
  BOOST_TEST(generator::Mix(0, 0) == 0xe220a8397b1dcdafu);
  generator::Random a(1), b(1), c(2);
  BOOST_TEST(a.Next() == b.Next());
  BOOST_TEST(a.Next() != c.Next());
  for (int i = 0; i < 1000; ++i) {
    const int64_t n = a.Between(-2, 3);
    BOOST_REQUIRE((n >= -2 && n <= 3));
  }
}

BOOST_AUTO_TEST_CASE(a_seed_gives_the_same_events_for_ever) {
  const Generated generated(TwoYears(200, 42));
  BOOST_REQUIRE(generated.events().size() > 1000);
  // Changing this number changes what every seed means: say so in the change log.
  BOOST_TEST(FingerprintOf(generated.events(), 1000) == 591217128041450279u);
}

BOOST_AUTO_TEST_CASE(the_same_options_give_the_same_bytes_and_another_seed_does_not) {
  const size_t all = SIZE_MAX;
  const uint64_t first = FingerprintOf(Generated(TwoYears(50, 1)).events(), all);
  BOOST_TEST(FingerprintOf(Generated(TwoYears(50, 1)).events(), all) == first);
  BOOST_TEST(FingerprintOf(Generated(TwoYears(50, 2)).events(), all) != first);
}

BOOST_AUTO_TEST_CASE(every_event_says_that_it_is_made_up) {
  const Generated generated(TwoYears(30));
  std::set<std::string> keys;
  for (const auto& event : generated.events()) {
    BOOST_REQUIRE_EQUAL(event.source(), "urn:guanxi:synthetic");
    BOOST_REQUIRE_EQUAL(event.extensions_size(), 1);
    BOOST_REQUIRE_EQUAL(event.extensions(0).name(), "synthetic");
    BOOST_REQUIRE_EQUAL(event.extensions(0).value(), "true");
    BOOST_REQUIRE(event.account_id().starts_with("syn-"));
    BOOST_REQUIRE(keys.insert(event.account_id() + "/" + event.id()).second);
  }
}

BOOST_AUTO_TEST_CASE(all_events_lie_in_the_time_asked_for) {
  const GeneratorOptions options = TwoYears(50);
  const Generated generated(options);
  for (const auto& event : generated.events()) {
    BOOST_REQUIRE(codec::FromProto(event.occurred_at()) >= options.from);
    BOOST_REQUIRE(codec::FromProto(event.occurred_at()) < options.to);
  }
  BOOST_TEST(generated.report.events == generated.events().size());
}

BOOST_AUTO_TEST_CASE(one_event_in_ten_arrives_late_and_few_of_them_very_late) {
  const Generated generated(TwoYears(300));
  uint64_t behind = 0, days_behind = 0, weeks_behind = 0;
  Timestamp newest = kEarliestTimestamp;
  for (const auto& event : generated.events()) {
    const Timestamp at = codec::FromProto(event.occurred_at());
    behind += at < newest;
    days_behind += at.micros < newest.micros - kMicrosPerDay;
    weeks_behind += at.micros < newest.micros - 6 * kMicrosPerDay;
    newest = std::max(newest, at);
  }
  const uint64_t all = generated.report.events;
  BOOST_TEST_INFO("events " << all << ", late " << generated.report.late << ", behind " << behind << ", weeks " << weeks_behind);
  BOOST_TEST((generated.report.late * 100 > all * 9 && generated.report.late * 100 < all * 11));
  BOOST_TEST(behind <= generated.report.late);
  BOOST_TEST(behind * 2 > generated.report.late);
  BOOST_TEST(days_behind > weeks_behind);
  BOOST_TEST((weeks_behind * 1000 > all / 2 && weeks_behind * 1000 < all * 2));
}

BOOST_AUTO_TEST_CASE(every_type_a_client_may_append_occurs) {
  const Generated generated(TwoYears(600));
  for (const std::string& type : AppendableTypes()) BOOST_TEST(generated.report.types.contains(type), type);
  BOOST_TEST(generated.report.types.size() == AppendableTypes().size());
}

BOOST_AUTO_TEST_CASE(every_event_is_admitted_and_contradicts_nothing) {
  const GeneratorOptions options = TwoYears(300);
  const FoldedAll folded(Generated(options).events(), options.to);
  BOOST_TEST(folded.refusals.empty(), Print(folded.refusals));
  BOOST_TEST(folded.anomalies.empty(), Print(folded.anomalies));
}

BOOST_AUTO_TEST_CASE(the_accounts_of_two_years_form_the_pyramid_of_tiers) {
  const GeneratorOptions options = TwoYears(1'000);
  const FoldedAll folded(Generated(options).events(), options.to);
  std::map<relations::Tier, int> tiers;
  for (const auto& [id, account] : folded.accounts) ++tiers[account.core.tier.tier];
  BOOST_TEST_MESSAGE("ordinary " << tiers[relations::Tier::kOrdinary] << ", preferred " << tiers[relations::Tier::kPreferred]
                                 << ", partner " << tiers[relations::Tier::kPartner] << ", strategic "
                                 << tiers[relations::Tier::kStrategic]);
  const auto within = [&](relations::Tier tier, int low, int high) { return tiers[tier] >= low && tiers[tier] <= high; };
  BOOST_TEST(within(relations::Tier::kStrategic, 10, 30), tiers[relations::Tier::kStrategic]);
  BOOST_TEST(within(relations::Tier::kPartner, 35, 70), tiers[relations::Tier::kPartner]);
  BOOST_TEST(within(relations::Tier::kPreferred, 150, 250), tiers[relations::Tier::kPreferred]);
}

BOOST_AUTO_TEST_CASE(about_one_account_in_twenty_is_a_key_account) {
  const Generated generated(TwoYears(1'000));
  std::set<std::string> designated;
  for (const auto& event : generated.events())
    if (TypeOf(event) == "KeyAccountDesignated") designated.insert(event.account_id());
  BOOST_TEST((designated.size() >= 40 && designated.size() <= 60), designated.size());
}

BOOST_AUTO_TEST_CASE(a_fifth_of_the_accounts_brings_most_of_the_revenue) {
  const GeneratorOptions options = TwoYears(500);
  const FoldedAll folded(Generated(options).events(), options.to);
  std::vector<int64_t> revenue;
  int64_t total = 0;
  for (const auto& [id, account] : folded.accounts)
    for (const auto& sum : account.core.totals) revenue.push_back(static_cast<int64_t>(sum.net.revenue / 1'000'000));
  std::sort(revenue.rbegin(), revenue.rend());
  for (const int64_t r : revenue) total += r;
  int64_t top = 0;
  for (size_t i = 0; i < revenue.size() / 5; ++i) top += revenue[i];
  BOOST_TEST((top * 100 > total * 65 && top * 100 < total * 90), top * 100 / total << "%");
}

BOOST_AUTO_TEST_CASE(two_thousand_accounts_in_two_years_make_some_hundred_thousand_events) {
  GeneratorOptions options = TwoYears(2'000);
  options.giant_events.reset();
  const Generated generated(options);
  BOOST_TEST((generated.report.events >= 200'000 && generated.report.events <= 400'000), generated.report.events);
}

BOOST_AUTO_TEST_CASE(the_number_of_events_can_be_asked_for) {
  for (const uint32_t wanted : {20u, 100u, 300u}) {
    GeneratorOptions options = TwoYears(300);
    options.events_per_account = wanted;
    const uint64_t per_account = Generated(options).report.events / 300;
    BOOST_TEST((per_account * 10 >= wanted * 7 && per_account * 10 <= wanted * 13), "wanted " << wanted << ", made " << per_account);
  }
}

BOOST_AUTO_TEST_CASE(the_giant_has_exactly_its_events_open_invoices_and_contacts) {
  for (const uint32_t size : {1'000u, 20'000u}) {
    GeneratorOptions options = TwoYears(1);
    options.giant_events = size;
    const Generated generated(options);
    const FoldedAll folded(generated.events(), options.to);
    BOOST_TEST(folded.refusals.empty(), Print(folded.refusals));
    BOOST_TEST(folded.anomalies.empty(), Print(folded.anomalies));
    const auto& giant = folded.accounts.at("giant");
    BOOST_TEST(giant.core.account_version == size);
    BOOST_TEST(giant.core.counts.contacts == size / 200);
    BOOST_TEST(giant.core.counts.invoices - giant.core.counts.payments == size / 10);
  }
}

BOOST_AUTO_TEST_CASE(a_giant_comes_with_a_thousand_accounts) {
  GeneratorOptions options{.accounts = 1'000, .from = At("2024-01-01"), .to = At("2024-01-03"), .events_per_account = 1};
  BOOST_TEST(Generated(options).report.events > kGiantEventsDefault);
  options.accounts = 999;
  BOOST_TEST(Generated(options).report.events < 20'000);
}

BOOST_AUTO_TEST_CASE(options_out_of_bounds_are_refused_by_name) {
  const auto refused_field = [](GeneratorOptions options) {
    CollectingSink sink;
    GeneratorReport report;
    const absl::Status status = Generate(options, sink, report);
    BOOST_TEST(status.code() == absl::StatusCode::kInvalidArgument);
    return std::string(status.message()).substr(0, status.message().find(' '));
  };
  GeneratorOptions good = TwoYears(10);
  GeneratorOptions none = good, short_time = good, small_giant = good, no_currency = good;
  none.accounts = 0;
  short_time.to = Timestamp{short_time.from.micros + 1};
  small_giant.giant_events = 999;
  no_currency.currency = "";
  BOOST_TEST(refused_field(none) == "accounts");
  BOOST_TEST(refused_field(short_time) == "to");
  BOOST_TEST(refused_field(small_giant) == "giant_events");
  BOOST_TEST(refused_field(no_currency) == "currency");
}

BOOST_AUTO_TEST_SUITE_END()
