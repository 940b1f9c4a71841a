#include "unit/relations/scenario.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <functional>
#include <map>
#include <sstream>
#include <stdexcept>

#include "relations/explain.h"
#include "unit/relations/scene.h"

namespace guanxi::relations {
namespace {

std::vector<std::string> Words(const std::string& line) {
  std::istringstream in(line);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

std::vector<std::string> SplitAt(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, separator);) parts.push_back(part);
  return parts;
}

// The words of one line, taken one by one.
class Phrase {
 public:
  explicit Phrase(const std::string& line) : line_(line), words_(Words(line)) {}

  bool AtEnd() const { return next_ == words_.size(); }
  std::string Take() {
    if (AtEnd()) Fail("more words expected");
    return words_[next_++];
  }
  // Takes the word when it comes next.
  bool Skip(std::string_view word) {
    if (AtEnd() || words_[next_] != word) return false;
    ++next_;
    return true;
  }
  int64_t Number() {
    const std::string word = Take();
    size_t used = 0;
    const int64_t number = std::stoll(word, &used);
    if (used != word.size()) Fail("'" + word + "' is no number");
    return number;
  }
  Timestamp Time() {
    const std::string word = Take();
    const auto time = ParseTimestamp(word);
    if (!time) Fail("'" + word + "' is no date");
    return *time;
  }
  // "pumps, valves": words as long as they end in a comma, and one more.
  std::vector<std::string> List() {
    std::vector<std::string> items;
    for (bool more = true; more;) {
      std::string item = Take();
      more = item.back() == ',';
      if (more) item.pop_back();
      items.push_back(item);
    }
    return items;
  }
  Level ALevel(const std::string& word) const {
    for (int level = 1; level <= 4; ++level)
      if (NameOf(static_cast<Level>(level)) == word) return static_cast<Level>(level);
    Fail("'" + word + "' is no level");
  }
  Tier ATier() {
    const std::string word = Take();
    for (int tier = 1; tier <= 4; ++tier)
      if (NameOf(static_cast<Tier>(tier)) == word) return static_cast<Tier>(tier);
    Fail("'" + word + "' is no tier");
  }
  void End() const {
    if (!AtEnd()) Fail("'" + words_[next_] + "' is not understood");
  }
  [[noreturn]] void Fail(const std::string& what) const { throw std::runtime_error("line '" + line_ + "': " + what); }

 private:
  std::string line_;
  std::vector<std::string> words_;
  size_t next_ = 0;
};

// order 1000 [of pumps, valves] [in USD] [project plant] [as o1]
EventBody ReadOrder(Phrase& p, const std::string& number) {
  const int64_t amount = p.Number();
  std::string id = "order-" + number, project;
  std::vector<std::string> lines = {""};
  CurrencyCode currency = kEur;
  if (p.Skip("of")) lines = p.List();
  if (p.Skip("in")) currency = CurrencyCode(p.Take());
  if (p.Skip("project")) project = p.Take();
  if (p.Skip("as")) id = p.Take();
  OrderPlaced order = MakeOrder(id, amount, currency);
  order.project_id = project;
  order.lines[0].business_line = lines[0];
  for (size_t i = 1; i < lines.size(); ++i) order.lines.push_back({.business_line = lines[i], .quantity_micros = 1'000'000});
  return order;
}

// contract k1 12 months | contract k1 from 2024-01-01 to 2025-01-01, then [for pumps, valves]
EventBody ReadContract(Phrase& p, Timestamp at, BusinessCalendar calendar) {
  ContractSigned contract{.contract_id = p.Take()};
  if (p.Skip("from")) {
    contract.starts_at = p.Time();
    if (!p.Skip("to")) p.Fail("'to' expected");
    contract.ends_at = p.Time();
  } else {
    contract.starts_at = at;
    contract.ends_at = calendar.AddMonths(at, static_cast<int32_t>(p.Number()));
    if (!p.Skip("months")) p.Fail("'months' expected");
  }
  if (p.Skip("for")) contract.business_lines = p.List();
  return contract;
}

// visit executive/management/decides, senior/purchasing [with our executive]
EventBody ReadVisit(Phrase& p, const std::string& number, const std::string& previous) {
  VisitHeld visit{.visit_id = "visit-" + number, .review_of = previous};
  for (const std::string& person : p.List()) {
    const std::vector<std::string> parts = SplitAt(person, '/');
    CustomerParticipant customer{.level = p.ALevel(parts[0])};
    if (parts.size() > 1) customer.department = parts[1];
    if (parts.size() > 2 && parts[2] == "decides") customer.role = CommitteeRole::kDecisionMaker;
    visit.customers.push_back(customer);
  }
  if (p.Skip("with")) {
    if (!p.Skip("our")) p.Fail("'our' expected");
    visit.ours.push_back({.employee = "e", .level = p.ALevel(p.Take())});
  }
  return visit;
}

// invoice i1 1000 due 2024-05-01 | pay i1 1000 | void i1
EventBody ReadInvoice(Phrase& p) {
  InvoiceIssued invoice{.invoice_id = p.Take(), .amount = Eur(p.Number())};
  if (!p.Skip("due")) p.Fail("'due' expected");
  invoice.due_at = p.Time();
  return invoice;
}

// complaint x1 [critical] [about leaks]
EventBody ReadComplaint(Phrase& p) {
  ComplaintFiled complaint{.complaint_id = p.Take()};
  if (p.Skip("critical")) complaint.severity = Severity::kCritical;
  if (p.Skip("about")) complaint.category = p.Take();
  return complaint;
}

// supporter ann: a contact added with that stance
EventBody ReadContact(Phrase& p, Stance stance) { return ContactAdded{.contact_id = p.Take(), .stance = stance}; }

EventBody ReadCredit(Phrase& p, const std::string& number) {
  CreditNoteIssued note{.credit_note_id = "credit-" + number, .currency = kEur, .lines = MakeOrder("", p.Number()).lines};
  if (p.Skip("for")) note.order_id = p.Take();
  return note;
}

EventBody ReadAmendment(Phrase& p) {
  ContractAmended amended{.contract_id = p.Take()};
  if (!p.Skip("to")) p.Fail("'to' expected");
  amended.ends_at = p.Time();
  return amended;
}

EventBody ReadOverride(Phrase& p) {
  TierOverridden override_{.tier = p.ATier(), .reason = "board"};
  if (!p.Skip("until")) p.Fail("'until' expected");
  override_.expires_at = p.Time();
  return override_;
}

// One scenario being played.
class Play {
 public:
  std::string Run(const Scenario& scenario) {
    for (const std::string& line : scenario.lines) {
      Phrase phrase(line);
      const std::string first = phrase.Take();
      if (const auto setting = settings_.find(first); setting != settings_.end()) {
        setting->second(phrase);
      } else {
        const auto at = ParseTimestamp(first);
        if (!at) phrase.Fail("'" + first + "' is neither a date nor a setting");
        Act(*at, phrase);
      }
      phrase.End();
    }
    if (shown_to_ != last_) Show(last_, false);
    return out_;
  }

 private:
  using Reader = std::function<EventBody(Phrase&)>;

  void Act(Timestamp at, Phrase& p) {
    EnsurePolicy();
    const std::string verb = p.Take();
    if (verb == "show") return Show(at, false);
    if (verb == "explain") return Show(at, true);
    if (verb == "why") return Why(at, p);
    const std::string number = std::to_string(++events_);
    last_ = at;
    const auto told = [&](EventBody body) { Happens(at, std::move(body)); };
    if (verb == "order") return told(ReadOrder(p, number));
    if (verb == "contract") return told(ReadContract(p, at, scene_.calendar()));
    if (verb == "visit") return told(ReadVisit(p, number, scene_.core().last_visit_id));
    if (verb == "survey") return Survey(at, p, number);
    if (verb == "credit") return told(ReadCredit(p, number));
    const auto reader = readers_.find(verb);
    if (reader == readers_.end()) p.Fail("'" + verb + "' is no verb");
    told(reader->second(p));
  }

  void Happens(Timestamp at, EventBody body) { Print(scene_.Happens(FormatTimestamp(at), std::move(body))); }

  // survey 8/10: sent and answered at once; one event number for both.
  void Survey(Timestamp at, Phrase& p, const std::string& number) {
    const std::vector<std::string> score = SplitAt(p.Take(), '/');
    if (score.size() != 2) p.Fail("a score like 8/10 expected");
    Happens(at, SurveySent{.survey_id = "survey-" + number});
    ++events_;
    Happens(at, SurveyAnswered{.survey_id = "survey-" + number, .score = std::stoi(score[0]), .scale = std::stoi(score[1])});
  }

  // weights value=1 payment=2: all others 0.
  static void Weights(Phrase& p, Policy& policy) {
    policy.weights = {};
    while (!p.AtEnd()) {
      const std::vector<std::string> pair = SplitAt(p.Take(), '=');
      for (size_t i = 0; i < kDimensionCount; ++i)
        if (NameOf(static_cast<Dimension>(i)) == pair.at(0)) policy.weights[i] = std::stoi(pair.at(1));
    }
  }

  // segment agents of industry retail weights loyalty=1: otherwise as the policy so far.
  void AddSegment(Phrase& p) {
    Policy part = policy_;
    part.segments.clear();
    part.segment.name = p.Take();
    if (!p.Skip("of") || !p.Skip("industry")) p.Fail("'of industry' expected");
    part.segment.industry = p.Take();
    if (!p.Skip("weights")) p.Fail("'weights' expected");
    Weights(p, part);
    policy_.segments.push_back(std::move(part));
  }

  Policy PolicyNamed(Phrase& p) {
    const std::string name = p.Take();
    if (name == "standard") return StandardPolicy();
    if (name == "transactional") return TransactionalPolicy();
    p.Fail("'" + name + "' is no policy");
  }

  void EnsurePolicy() {
    if (adopted_) return;
    adopted_ = true;
    if (policy_ == StandardPolicy()) return;
    scene_.Adopts(policy_, "0001-01-01");
  }

  void Until(Timestamp t) {
    EnsurePolicy();
    Print(AdvanceTo(scene_.core(), t, scene_.context()));
    last_ = t;
  }

  // until 2024-12-31: the end of that day, where no time is given.
  Timestamp EndOf(const std::string& word, Phrase& p) {
    const auto t = ParseTimestamp(word);
    if (!t) p.Fail("'" + word + "' is no date");
    return word.size() == 10 ? Timestamp{t->micros + kMicrosPerDay - 1 - scene_.calendar().utc_offset_micros()} : *t;
  }

  std::string Instant(Timestamp t) const {
    const Month month = scene_.calendar().MonthOf(t);
    if (t == scene_.calendar().EndOf(month)) return FormatMonth(month) + " month end";
    const std::string text = FormatTimestamp(t);
    return text.ends_with("T00:00:00Z") ? text.substr(0, 10) : text;
  }

  void Print(const Transition& transition) {
    for (const TierChange& c : transition.tier_changes)
      out_ += fmt::format("{} {} -> {}: {} {}\n", Instant(c.at), NameOf(c.from), NameOf(c.to), DecidedByOf(c), EvidenceOf(c));
    for (const Anomaly& a : transition.anomalies) out_ += fmt::format("{} anomaly {} {}\n", Instant(a.at), NameOf(a.kind), a.subject);
  }

  std::string EvidenceOf(const TierChange& c) const {
    std::vector<uint64_t> events;
    for (const Position position : c.evidence) events.push_back(position.value);
    return fmt::format("[event{} {}]", events.size() == 1 ? "" : "s", fmt::join(events, " "));
  }

  // why: every formula with its numbers; why height, value: some of them.
  void Why(Timestamp t, Phrase& p) {
    const std::vector<std::string> wanted = p.AtEnd() ? std::vector<std::string>{} : p.List();
    Print(AdvanceTo(scene_.core(), Timestamp{t.micros - 1}, scene_.context()));
    shown_to_ = last_ = t;
    AccountCore core = scene_.core();
    AdvanceTo(core, t, scene_.context());
    const Assessment a = Assess(core, t, scene_.context().PolicyOf(core, t), scene_.calendar());
    out_ += Instant(t) + "\n";
    for (const DimensionResult& d : a.dimensions)
      if (wanted.empty() || std::find(wanted.begin(), wanted.end(), NameOf(d.dimension)) != wanted.end())
        out_ += fmt::format("  {}: {}\n", NameOf(d.dimension), d.calculation);
    if (wanted.empty()) out_ += fmt::format("  score: {}\n", a.score_calculation);
  }

  // "2024-12-31: PREFERRED, score 410 (value 410, loyalty 50)"; explained: what the next tier still needs.
  void Show(Timestamp t, bool explained) {
    // Only to the microsecond before: an event at t may still come.
    Print(AdvanceTo(scene_.core(), Timestamp{t.micros - 1}, scene_.context()));
    shown_to_ = last_ = t;
    AccountCore core = scene_.core();
    AdvanceTo(core, t, scene_.context());
    const Assessment a = Assess(core, t, scene_.context().PolicyOf(core, t), scene_.calendar());
    std::vector<std::string> dimensions, missing;
    for (const DimensionResult& d : a.dimensions)
      if (d.applicable && d.weight > 0) dimensions.push_back(fmt::format("{} {}", NameOf(d.dimension), d.value));
    for (const Shortfall& s : a.missing) missing.push_back(s.text);
    out_ += fmt::format("{}: {}", Instant(t), NameOf(a.tier));
    out_ += a.score ? fmt::format(", score {} ({})", *a.score, fmt::join(dimensions, ", ")) : ", no score";
    if (const TierOverride* o = OverrideInForce(core, t))
      out_ += fmt::format("; shown as {} until {}", NameOf(o->tier), Instant(o->expires_at));
    if (core.declared) out_ += fmt::format("; declared {}", NameOf(core.declared->tier));
    if (core.tier.month_ends_below > 0) out_ += fmt::format("; {} month end below", core.tier.month_ends_below);
    if (!a.policy_segment.empty()) out_ += "; as one of the " + a.policy_segment;
    if (!a.evidence_note.empty()) out_ += "; " + a.evidence_note;
    out_ += "\n";
    for (const std::string& text : explained ? missing : std::vector<std::string>{})
      out_ += fmt::format("  for {}: {}\n", NameOf(*a.next), text);
  }

  // Lines that do not begin with a date.
  const std::map<std::string, std::function<void(Phrase&)>> settings_ = {
      {"policy", [this](Phrase& p) { policy_ = PolicyNamed(p); }},
      {"weights", [this](Phrase& p) { Weights(p, policy_); }},
      {"missing-as-zero", [this](Phrase&) { policy_.missing.fill(MissingTreatment::kAsZero); }},
      {"segment", [this](Phrase& p) { AddSegment(p); }},
      {"dwell", [this](Phrase& p) { policy_.dwell_days = static_cast<int32_t>(p.Number()), p.Skip("days"); }},
      {"zone", [this](Phrase& p) { scene_.set_calendar(BusinessCalendar(p.Number() * kMicrosPerHour)); }},
      {"until", [this](Phrase& p) { Until(EndOf(p.Take(), p)); }},
      {"adopt",  // adopt transactional from 2024-06-01
       [this](Phrase& p) {
         EnsurePolicy();
         Policy policy = PolicyNamed(p);
         if (!p.Skip("from")) p.Fail("'from' expected");
         scene_.Adopts(std::move(policy), FormatTimestamp(p.Time()), ++epoch_);
       }},
  };

  const std::map<std::string, Reader> readers_ = {
      {"cancel", [](Phrase& p) { return OrderCancelled{.order_id = p.Take()}; }},
      {"amend", ReadAmendment},
      {"end", [](Phrase& p) { return ContractEnded{.contract_id = p.Take()}; }},
      {"supporter", [](Phrase& p) { return ReadContact(p, Stance::kSupporter); }},
      {"mentor", [](Phrase& p) { return ReadContact(p, Stance::kMentor); }},
      {"leaves", [](Phrase& p) { return ContactRemoved{.contact_id = p.Take()}; }},
      {"project", [](Phrase& p) { return JointProjectStarted{.project_id = p.Take()}; }},
      {"trial", [](Phrase& p) { return TrialStarted{.trial_id = p.Take()}; }},
      {"invoice", ReadInvoice},
      {"pay",
       [this](Phrase& p) {
         return PaymentReceived{.payment_id = "payment-" + std::to_string(events_), .invoice_id = p.Take(), .amount = Eur(p.Number())};
       }},
      {"void", [](Phrase& p) { return InvoiceCancelled{.invoice_id = p.Take()}; }},
      {"complaint", ReadComplaint},
      {"acknowledge", [](Phrase& p) { return ComplaintAcknowledged{.complaint_id = p.Take()}; }},
      {"pause", [](Phrase& p) { return ComplaintPaused{.complaint_id = p.Take()}; }},
      {"resume", [](Phrase& p) { return ComplaintResumed{.complaint_id = p.Take()}; }},
      {"resolve", [](Phrase& p) { return ComplaintResolved{.complaint_id = p.Take()}; }},
      {"reopen", [](Phrase& p) { return ComplaintReopened{.complaint_id = p.Take()}; }},
      {"close", [](Phrase& p) { return ComplaintClosed{.complaint_id = p.Take()}; }},
      {"declare", [](Phrase& p) { return TierDeclared{.tier = p.ATier()}; }},
      {"override", ReadOverride},
      {"withdraw", [](Phrase&) { return TierOverrideWithdrawn{}; }},
      {"industry", [](Phrase& p) { return AccountChanged{.industry = p.Take()}; }},
      {"note", [](Phrase&) { return AccountChanged{}; }},                              // a business event that changes nothing
      {"news", [](Phrase&) { return UnknownEvent{"guanxi.event.v1.SomethingNew"}; }},  // of a type not known
  };

  Scene scene_;
  Policy policy_ = StandardPolicy();
  bool adopted_ = false;
  uint64_t epoch_ = 1;
  uint64_t events_ = 0;
  Timestamp last_, shown_to_;
  std::string out_;
};

}  // namespace

std::string Outcome(const Scenario& scenario) { return Play().Run(scenario); }

std::vector<Scenario> ParseScenarios(std::string_view file) {
  std::vector<Scenario> scenarios;
  std::istringstream in{std::string(file)};
  std::string comment;
  bool expecting = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("scenario: ")) {
      scenarios.push_back({.comment = comment, .name = line.substr(10)});
      comment.clear();
      expecting = false;
    } else if (line == "----") {
      expecting = true;
    } else if (line.empty() || line.starts_with("#")) {
      comment += line + "\n";
    } else if (scenarios.empty()) {
      throw std::runtime_error("line before the first scenario: " + line);
    } else if (expecting) {
      scenarios.back().expected += line + "\n";
    } else {
      scenarios.back().lines.push_back(line.substr(line.find_first_not_of(' ')));
    }
  }
  return scenarios;
}

std::string FormatScenarios(const std::vector<Scenario>& scenarios, const std::vector<std::string>& outcomes) {
  std::string text;
  for (size_t i = 0; i < scenarios.size(); ++i) {
    text += scenarios[i].comment + "scenario: " + scenarios[i].name + "\n";
    for (const std::string& line : scenarios[i].lines) text += "  " + line + "\n";
    text += "----\n" + outcomes[i];
  }
  return text;
}

}  // namespace guanxi::relations
