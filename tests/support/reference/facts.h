// What an account's events say, kept as plain lists of accepted facts. Apply()
// takes events in (occurred_at, position) order and decides what is accepted,
// what is ignored and which anomalies an event carries; it computes nothing.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "guanxi/event/v1/account.pb.h"
#include "guanxi/event/v1/common.pb.h"
#include "guanxi/event/v1/opportunity.pb.h"
#include "support/reference/event.h"
#include "support/reference/policy.h"

namespace guanxi::reference {

namespace v1 = guanxi::event::v1;

struct AccountFields {
  std::string name;
  v1::AccountType account_type = v1::ACCOUNT_TYPE_UNSPECIFIED;
  std::string industry;
  v1::Ownership ownership = v1::OWNERSHIP_UNSPECIFIED;
  std::string region;
  bool operator==(const AccountFields&) const = default;
};

struct Owner {
  std::string owner, manager, region;
  bool operator==(const Owner&) const = default;
};

struct Contact {
  std::string department;
  v1::Level level = v1::LEVEL_UNSPECIFIED;
  v1::CommitteeRole role = v1::COMMITTEE_ROLE_UNSPECIFIED;
  v1::Stance stance = v1::STANCE_UNSPECIFIED;
  bool present = true;
  bool operator==(const Contact&) const = default;
};

// A participant of the customer, as resolved when the visit was folded.
struct Met {
  std::string department;
  v1::Level level;
  v1::CommitteeRole role;
};

struct Visit {
  std::string id;
  Timestamp at;
  std::vector<Met> met;
  bool executive_of_ours = false;
};

struct Line {
  std::string business_line;
  int64_t quantity, price;
  std::optional<int64_t> cost;
};

struct Order {
  Timestamp at;
  std::string currency;
  std::vector<Line> lines;
  bool of_project = false;
  std::optional<Timestamp> cancelled_at;
};

struct CreditNote {
  Timestamp at;
  std::string currency;
  std::vector<Line> lines;
  bool of_project = false;
};

struct Contract {
  Timestamp signed_at, starts, ends;
  std::vector<std::string> lines;
};

struct Payment {
  Timestamp at;
  int64_t amount;
};

struct Invoice {
  std::string currency;
  int64_t amount;
  Timestamp due;
  std::vector<Payment> payments;
  // What was open when the invoice was cancelled; it is no longer owed.
  std::optional<int64_t> written_off;
  int64_t Open() const;
};

enum class Step { kFiled, kAcknowledged, kPaused, kResumed, kResolved, kReopened, kClosed };

struct ComplaintStep {
  Step step;
  Timestamp at;
  // Hours allowed to the episode; only of the steps that start one.
  int64_t first_response_hours = 0, resolution_hours = 0;
};

struct Complaint {
  std::string category;
  bool critical = false;
  bool recurrence = false;
  std::vector<ComplaintStep> steps;
  // What the steps so far amount to.
  bool open = true, acknowledged = false, paused = false, closed = false;
  Timestamp filed_at() const { return steps.front().at; }
};

struct Answer {
  Timestamp at;
  int64_t score, scale;
};

enum class OpportunityStatus { kOpen, kWon, kLost, kAbandoned };

struct Opportunity {
  v1::ProcurementStage stage = v1::PROCUREMENT_STAGE_RESEARCH;
  int regressions = 0;
  OpportunityStatus status = OpportunityStatus::kOpen;
};

enum class BidStatus { kInvited, kSubmitted, kWon, kLost, kWithdrawn };

struct Bid {
  bool submitted = false;
  BidStatus status = BidStatus::kInvited;
  bool decided() const { return status > BidStatus::kSubmitted; }
};

struct ActionItem {
  std::optional<Timestamp> due;
  bool open = true;
};

struct Start {
  Timestamp at;
  bool ended = false;
};

struct Override {
  v1::Tier tier;
  Timestamp from, expires;
  bool withdrawn = false;
};

struct Facts {
  int64_t version = 0;
  bool opened = false;
  AccountFields account;
  std::string currency;
  std::set<std::pair<std::string, std::string>> external_ids;
  std::string group;
  std::optional<Owner> owner;
  bool key_account = false;
  std::map<std::string, Contact> contacts;
  std::vector<Visit> visits;
  std::set<std::string> minutes;
  std::map<std::string, ActionItem> action_items;
  std::map<std::string, Opportunity> opportunities;
  std::map<std::string, Start> projects, trials;
  std::set<std::string> tenders;
  std::map<std::string, Bid> bids;
  std::map<std::string, Contract> contracts;
  std::map<std::string, Order> orders;
  std::map<std::string, CreditNote> credit_notes;
  std::map<std::string, Invoice> invoices;
  std::set<std::string> payment_ids;
  std::map<std::string, Complaint> complaints;
  std::set<std::string> surveys, surveys_answered;
  std::vector<Answer> answers;
  std::set<std::string> referrals_requested, referrals_received;
  std::optional<std::string> referred_by;
  std::optional<v1::Tier> declared, declared_target;
  std::optional<Override> override_;

  // Kinds of anomaly by event id, each list in the order of the table of anomalies.
  std::map<std::string, std::vector<std::string>> anomalies;
};

// `account_id` is the account's own id; `policy` the one in force at the event.
void Apply(Facts& facts, const Event& event, const std::string& account_id, const Policy& policy);

// Whether an assessment follows the event: every known type but the operator's
// records about tiers.
bool IsBusinessEvent(const Event& event);

}  // namespace guanxi::reference
