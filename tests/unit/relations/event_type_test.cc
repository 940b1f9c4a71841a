#include "relations/event_type.h"

#include <boost/test/unit_test.hpp>
#include <map>

#include "relations/events.h"

using namespace guanxi::relations;

BOOST_AUTO_TEST_SUITE(event_type_suite)

BOOST_AUTO_TEST_CASE(numbers_and_names_are_what_they_were_when_first_stored) {
  const std::map<int, std::string_view> pinned = {
      {101, "AccountOpened"},
      {102, "AccountChanged"},
      {103, "ExternalIdLinked"},
      {104, "ExternalIdUnlinked"},
      {105, "GroupJoined"},
      {106, "GroupLeft"},
      {107, "OwnerAssigned"},
      {108, "KeyAccountDesignated"},
      {109, "KeyAccountUndesignated"},
      {201, "ContactAdded"},
      {202, "ContactChanged"},
      {203, "ContactRemoved"},
      {301, "VisitHeld"},
      {302, "MinutesRecorded"},
      {303, "ActionItemDone"},
      {304, "ActionItemDropped"},
      {401, "OpportunityOpened"},
      {402, "OpportunityStageChanged"},
      {403, "OpportunityWon"},
      {404, "OpportunityLost"},
      {405, "OpportunityAbandoned"},
      {411, "JointProjectStarted"},
      {412, "JointProjectEnded"},
      {413, "TrialStarted"},
      {414, "TrialEnded"},
      {421, "TenderAnnounced"},
      {422, "BidInvited"},
      {423, "BidSubmitted"},
      {424, "BidWon"},
      {425, "BidLost"},
      {426, "BidWithdrawn"},
      {501, "ContractSigned"},
      {502, "ContractAmended"},
      {503, "ContractEnded"},
      {511, "OrderPlaced"},
      {512, "OrderCancelled"},
      {513, "CreditNoteIssued"},
      {521, "InvoiceIssued"},
      {522, "InvoiceCancelled"},
      {523, "PaymentReceived"},
      {601, "ComplaintFiled"},
      {602, "ComplaintAcknowledged"},
      {603, "ComplaintPaused"},
      {604, "ComplaintResumed"},
      {605, "ComplaintResolved"},
      {606, "ComplaintReopened"},
      {607, "ComplaintClosed"},
      {611, "SurveySent"},
      {612, "SurveyAnswered"},
      {701, "ReferralRequested"},
      {702, "ReferralReceived"},
      {703, "ReferralRecorded"},
      {801, "TierDeclared"},
      {802, "TierOverridden"},
      {803, "TierOverrideWithdrawn"},
      {901, "ClockAdvanced"},
      {902, "PolicyAdopted"},
      {903, "ParkedRepaired"},
      {904, "ParkedDismissed"},
      {905, "AdmissionRaised"},
  };
  BOOST_REQUIRE_EQUAL(kEventTypes.size(), pinned.size() + 1);
  for (const auto& [number, name] : pinned) {
    BOOST_TEST(EntryOf(static_cast<EventType>(number)).name == name);
    BOOST_TEST(static_cast<int>(EventTypeFromName(name)) == number);
  }
}

BOOST_AUTO_TEST_CASE(the_hundreds_digit_decides_the_family) {
  for (const EventTypeEntry& entry : kEventTypes) {
    const int number = static_cast<int>(entry.type);
    const EventFamily expected = number == 0    ? EventFamily::kUnknown
                                 : number < 800 ? EventFamily::kBusiness
                                 : number < 900 ? EventFamily::kOperator
                                                : EventFamily::kControl;
    BOOST_TEST((entry.family == expected), entry.name);
  }
}

BOOST_AUTO_TEST_CASE(a_body_knows_its_type) {
  BOOST_TEST((TypeOf(EventBody{OrderPlaced{}}) == EventType::kOrderPlaced));
  BOOST_TEST((TypeOf(EventBody{UnknownEvent{}}) == EventType::kUnknown));
  BOOST_TEST((TypeOf(EventBody{ParkedDismissed{}}) == EventType::kParkedDismissed));
  BOOST_TEST((TypeOf(EventBody{SurveyAnswered{}}) == EventType::kSurveyAnswered));
}

BOOST_AUTO_TEST_CASE(types_are_found_by_short_and_by_full_name) {
  BOOST_TEST((EventTypeFromName("guanxi.event.v1.OrderPlaced") == EventType::kOrderPlaced));
  BOOST_TEST(FullName(EventType::kVisitHeld) == "guanxi.event.v1.VisitHeld");
  BOOST_TEST((EventTypeFromName("guanxi.event.v1.Unknown") == EventType::kUnknown));
  BOOST_TEST((EventTypeFromName("") == EventType::kUnknown));
  BOOST_TEST((EntryOf(static_cast<EventType>(999)).type == EventType::kUnknown));
}

BOOST_AUTO_TEST_SUITE_END()
