// Events that contradict what was known. They are kept and folded as far as they
// make sense; what each anomaly means and whether its event counts is the table
// at the end of docs/domain-decisions.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/strong.h"
#include "base/time.h"

namespace guanxi::relations {

// X(NAME, number): the numbers are stored; never changed or reused.
#define GUANXI_ANOMALIES(X)           \
  X(ACCOUNT_ALREADY_OPENED, 1)        \
  X(ACCOUNT_CURRENCY_FIXED, 2)        \
  X(EXTERNAL_IDS_TOO_MANY, 3)         \
  X(EXTERNAL_ID_NOT_LINKED, 4)        \
  X(GROUP_NOT_JOINED, 5)              \
  X(FOREIGN_CURRENCY, 6)              \
  X(CONTACT_ALREADY_ADDED, 20)        \
  X(CONTACT_UNKNOWN, 21)              \
  X(VISIT_ALREADY_HELD, 30)           \
  X(VISIT_NOT_FIRST, 31)              \
  X(VISIT_REVIEW_MISSING, 32)         \
  X(VISIT_REVIEW_NOT_PREVIOUS, 33)    \
  X(MINUTES_ALREADY_RECORDED, 34)     \
  X(ACTION_ITEM_ALREADY_RECORDED, 35) \
  X(ACTION_ITEM_UNKNOWN, 36)          \
  X(ACTION_ITEM_ALREADY_ENDED, 37)    \
  X(OPPORTUNITY_ALREADY_OPENED, 40)   \
  X(OPPORTUNITY_UNKNOWN, 41)          \
  X(OPPORTUNITY_CLOSED, 42)           \
  X(PROJECT_ALREADY_STARTED, 43)      \
  X(PROJECT_UNKNOWN, 44)              \
  X(PROJECT_ALREADY_ENDED, 45)        \
  X(TRIAL_ALREADY_STARTED, 46)        \
  X(TRIAL_UNKNOWN, 47)                \
  X(TRIAL_ALREADY_ENDED, 48)          \
  X(TENDER_ALREADY_ANNOUNCED, 49)     \
  X(BID_ALREADY_INVITED, 50)          \
  X(BID_ALREADY_SUBMITTED, 51)        \
  X(BID_ALREADY_DECIDED, 52)          \
  X(BID_NOT_SUBMITTED, 53)            \
  X(BID_UNKNOWN, 54)                  \
  X(CONTRACT_ALREADY_SIGNED, 60)      \
  X(CONTRACT_UNKNOWN, 61)             \
  X(CONTRACT_END_BEFORE_START, 62)    \
  X(CONTRACT_ALREADY_ENDED, 63)       \
  X(ORDER_ALREADY_PLACED, 64)         \
  X(ORDER_UNKNOWN, 65)                \
  X(ORDER_ALREADY_CANCELLED, 66)      \
  X(CREDIT_NOTE_ALREADY_ISSUED, 67)   \
  X(INVOICE_ALREADY_ISSUED, 68)       \
  X(INVOICE_UNKNOWN, 69)              \
  X(INVOICE_ALREADY_CANCELLED, 70)    \
  X(PAYMENT_ALREADY_RECEIVED, 71)     \
  X(PAYMENT_CURRENCY_DIFFERS, 72)     \
  X(PAYMENT_EXCEEDS_OPEN_AMOUNT, 73)  \
  X(COMPLAINT_ALREADY_FILED, 80)      \
  X(COMPLAINT_CLOCKS_TOO_MANY, 81)    \
  X(COMPLAINT_UNKNOWN, 82)            \
  X(COMPLAINT_STEP_UNEXPECTED, 83)    \
  X(SURVEY_ALREADY_SENT, 84)          \
  X(SURVEY_UNKNOWN, 85)               \
  X(SURVEY_ALREADY_ANSWERED, 86)      \
  X(REFERRAL_ALREADY_REQUESTED, 90)   \
  X(REFERRAL_TO_ITSELF, 91)           \
  X(REFERRAL_ALREADY_RECEIVED, 92)    \
  X(REFERRAL_ALREADY_RECORDED, 93)

enum class AnomalyKind : uint8_t {
#define GUANXI_ANOMALY_ENUM(name, number) name = number,
  GUANXI_ANOMALIES(GUANXI_ANOMALY_ENUM)
#undef GUANXI_ANOMALY_ENUM
};

// "ORDER_UNKNOWN"; "UNKNOWN" for a number not in the table.
std::string_view NameOf(AnomalyKind kind);

struct Anomaly {
  AnomalyKind kind{};
  Position position;    // of the event
  Timestamp at;         // its occurred_at
  std::string subject;  // the id the anomaly is about: an order's, a contact's; non-personal
  friend bool operator==(const Anomaly&, const Anomaly&) = default;
};

}  // namespace guanxi::relations
