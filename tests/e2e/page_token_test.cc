// Page tokens as nobody but a stranger makes them: well wrapped, of the right
// question, and with a cursor of their own.
#include <boost/test/unit_test.hpp>

#include "e2e/running_daemon.h"
#include "rpc/tokens.h"

using namespace guanxi;
using namespace guanxi::test;

namespace {

const std::vector<std::string> kCursors = {
    std::string(1, '\0'), "\x01", "!", "#", "-1", "T", "R", "n", "a", "x", "99999999999999999999", std::string(64, '\xff'),
    std::string(4, 'a')};

std::string LogEpochOf(Running& running) {
  v1::ListPartitionsResponse partitions;
  Context context;
  RequireOk(running.admin->ListPartitions(&context, v1::ListPartitionsRequest(), &partitions));
  return partitions.log_epoch();
}

bool IsAnswered(const grpc::Status& status) { return status.ok() || ReasonOf(status) == "PAGE_TOKEN_INVALID"; }

// Asks for the page that begins at each of the cursors.
template <class Request, class Call>
void AskEach(Running& running, Request request, const Call& call) {
  const uint64_t question = rpc::HashOfArguments(request, LogEpochOf(running));
  for (const std::string& cursor : kCursors) {
    request.set_page_token(rpc::EncodePage(question, cursor));
    BOOST_TEST_CONTEXT(request.GetTypeName() << ", a cursor of " << cursor.size() << " bytes") {
      Context context;
      BOOST_TEST(IsAnswered(call(&context, request)));
    }
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(page_token_suite)

BOOST_AUTO_TEST_CASE(a_token_with_any_cursor_is_answered_and_ends_nothing) {
  const Directory directory;
  Running running(directory);
  MustAppend(running, {Opened("A"), Order("A", "o1", "2024-02-01T10:00:00Z", 1'000'000)});
  MustAppend(running, {Opened("B")});
  for (const v1::AccountOrder order : {v1::ACCOUNT_ORDER_UNSPECIFIED, v1::ACCOUNT_ORDER_REVENUE, v1::ACCOUNT_ORDER_TIER}) {
    v1::ListAccountsRequest request;
    request.set_order(order);
    v1::ListAccountsResponse response;
    AskEach(running, request, [&](Context* context, const auto& r) { return running.accounts->ListAccounts(context, r, &response); });
  }
  for (const bool descending : {false, true}) {
    v1::ListTimelineRequest request;
    request.mutable_account()->set_account_id("A");
    request.set_descending(descending);
    v1::ListTimelineResponse response;
    AskEach(running, request, [&](Context* context, const auto& r) { return running.accounts->ListTimeline(context, r, &response); });
  }
  v1::ListEventsResponse events;
  AskEach(running, v1::ListEventsRequest(),
          [&](Context* context, const auto& r) { return running.events->ListEvents(context, r, &events); });
  v1::ListParkedEventsResponse parked;
  AskEach(running, v1::ListParkedEventsRequest(),
          [&](Context* context, const auto& r) { return running.admin->ListParkedEvents(context, r, &parked); });
  v1::ListPoliciesResponse policies;
  AskEach(running, v1::ListPoliciesRequest(),
          [&](Context* context, const auto& r) { return running.policies->ListPolicies(context, r, &policies); });
  BOOST_TEST(MustGet(running, "A").account_version() == 2u);
}

BOOST_AUTO_TEST_SUITE_END()
