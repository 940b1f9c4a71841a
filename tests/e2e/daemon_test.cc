// The daemon as clients see it: started in this process on free ports, asked over
// gRPC.
#include <boost/test/unit_test.hpp>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/reason.h"
#include "e2e/running_daemon.h"
#include "guanxi/event/v1/contact.pb.h"
#include "guanxi/event/v1/control.pb.h"
#include "rpc/tokens.h"

using namespace guanxi;
using namespace guanxi::test;

namespace {

// Takes as many places of a queue as sixteen small ones.
v1::NewEvent LargeOrder(const std::string& account, const std::string& order_id, const char* at) {
  guanxi::event::v1::OrderPlaced order;
  order.set_order_id(order_id);
  order.set_currency_code("EUR");
  for (int i = 0; i < 600; ++i) {
    auto& line = *order.add_lines();
    line.set_product(std::string(100, 'p'));
    line.set_quantity_micros(1'000'000);
    line.set_unit_price_micros(1'000'000);
  }
  return Event(account, order_id, at, order);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(daemon_suite)

BOOST_AUTO_TEST_CASE(what_was_acknowledged_is_read_back_and_survives_a_restart) {
  const Directory directory;
  {
    Running running(directory);
    const v1::AppendResponse written = MustAppend(running, {Opened("A"), Order("A", "o1", "2024-02-01T10:00:00Z", 12'500'000)});
    BOOST_TEST(written.results_size() == 2);
    BOOST_TEST(written.results(1).account_version() == 2u);
    v1::Consistency consistency;
    *consistency.mutable_at_least_as_fresh() = written.written_at();
    const v1::Account account = MustGet(running, "A", consistency);
    BOOST_TEST(account.name() == "Firm A");
    BOOST_TEST(account.counts().orders() == 1u);
    BOOST_REQUIRE(account.totals_size() == 1);
    BOOST_TEST(account.totals(0).net_revenue_total_micros() == "12500000");
    running.daemon->Stop();
  }
  Running again(directory);
  BOOST_TEST(MustGet(again, "A").account_version() == 2u);
}

BOOST_AUTO_TEST_CASE(the_same_event_again_is_a_duplicate_and_another_body_a_conflict) {
  const Directory directory;
  Running running(directory);
  const v1::AppendResponse first = MustAppend(running, {Opened("A")});
  const v1::AppendResponse second = MustAppend(running, {Opened("A")});
  BOOST_TEST(second.results(0).duplicate());
  BOOST_TEST(second.results(0).position().position() == first.results(0).position().position());
  v1::NewEvent other = Opened("A");
  *other.mutable_data() = Order("A", "o1", "2024-01-02T09:00:00Z", 1'000'000).data();
  v1::AppendResponse response;
  const grpc::Status conflict = Append(running, {other}, &response);
  BOOST_REQUIRE(ReasonOf(conflict) == "EVENT_ID_CONFLICT");
  BOOST_TEST(rpc::ErrorInfoOf(conflict)->metadata.count("parked_position") == 1u);
}

BOOST_AUTO_TEST_CASE(refusals_name_their_reason) {
  const Directory directory;
  Running running(directory);
  v1::AppendResponse response;
  BOOST_TEST(ReasonOf(Append(running, {}, &response)) == "REQUEST_INVALID");
  BOOST_TEST(ReasonOf(Append(running, {Opened("A"), Opened("B")}, &response)) == "REQUEST_INVALID");
  BOOST_TEST(ReasonOf(Append(running, {Opened("")}, &response)) == "ACCOUNT_ID_INVALID");
  BOOST_TEST(ReasonOf(Append(running, {Event("A", "c", "2024-01-01", guanxi::event::v1::ClockAdvanced())}, &response)) ==
             "CONTROL_TYPE_RESERVED");
  BOOST_TEST(ReasonOf(Append(running, {Opened("A")}, &response, 7)) == "EXPECTED_VERSION_MISMATCH");
  v1::NewEvent timeless = Opened("A");
  timeless.clear_occurred_at();
  BOOST_TEST(ReasonOf(Append(running, {timeless}, &response)) == "OCCURRED_AT_MISSING");
  v1::NewEvent empty = Opened("A");
  empty.clear_payload();
  BOOST_TEST(ReasonOf(Append(running, {empty}, &response)) == "EVENT_TYPE_MISSING");
  v1::GetAccountRequest request;
  request.mutable_account()->set_account_id("nobody");
  v1::GetAccountResponse account;
  Context context;
  BOOST_TEST(ReasonOf(running.accounts->GetAccount(&context, request, &account)) == "ACCOUNT_NOT_FOUND");
}

// Reads of an account that wait for a token, all at once.
class Waiting {
 public:
  Waiting(Running& running, const v1::GetAccountRequest& request, size_t readers) : calls_(readers) {
    for (Call& call : calls_)
      running.accounts->async()->GetAccount(&call.context, &request, &call.response, [this, &call](const grpc::Status& status) {
        const std::lock_guard lock(mutex_);
        call.status = status;
        ++answered_;
        changed_.notify_all();
      });
  }
  // Returns at the latest when every call's deadline has passed.
  void AllAnswered() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return answered_ == calls_.size(); });
  }
  size_t answered() {
    const std::lock_guard lock(mutex_);
    return answered_;
  }
  struct Call {
    Context context;
    v1::GetAccountResponse response;
    grpc::Status status;
  };
  const std::vector<Call>& calls() const { return calls_; }

 private:
  std::vector<Call> calls_;
  std::mutex mutex_;
  std::condition_variable changed_;
  size_t answered_ = 0;
};

// Of the position after the account's newest.
v1::GetAccountRequest AskOfTheFuture(const std::string& account, const v1::AppendResponse& written, Running& running) {
  v1::ListPartitionsResponse partitions;
  Context context;
  RequireOk(running.admin->ListPartitions(&context, v1::ListPartitionsRequest(), &partitions));
  const v1::LogPosition& last = written.results(written.results_size() - 1).position();
  const rpc::PositionsToken next{partitions.log_epoch(), "", {{last.partition(), last.position() + 1}}};
  v1::GetAccountRequest request;
  request.mutable_account()->set_account_id(account);
  request.mutable_consistency()->mutable_at_least_as_fresh()->set_token(rpc::EncodePositions(rpc::TokenKind::kConsistency, next));
  return request;
}

BOOST_AUTO_TEST_CASE(two_hundred_readers_that_wait_for_a_position_delay_nobody_and_see_it_when_it_comes) {
  const Directory directory;
  Running running(directory);
  const v1::GetAccountRequest request = AskOfTheFuture("A", MustAppend(running, {Opened("A")}), running);
  Waiting waiting(running, request, 200);
  for (int i = 0; i < 50; ++i) BOOST_TEST(MustGet(running, "A").account_version() == 1u);
  BOOST_TEST(waiting.answered() == 0u);
  MustAppend(running, {Order("A", "o1", "2024-02-01T10:00:00Z", 1'000'000)});
  waiting.AllAnswered();
  for (const Waiting::Call& call : waiting.calls()) {
    RequireOk(call.status);
    BOOST_TEST(call.response.account().account_version() == 2u);
  }
}

BOOST_AUTO_TEST_CASE(a_position_that_does_not_come_is_said_at_the_deadline_and_when_the_daemon_stops) {
  const Directory directory;
  Running running(directory);
  const v1::GetAccountRequest request = AskOfTheFuture("A", MustAppend(running, {Opened("A")}), running);
  v1::GetAccountResponse response;
  grpc::ClientContext impatient;
  impatient.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(2));
  BOOST_TEST(ReasonOf(running.accounts->GetAccount(&impatient, request, &response)) == "POSITION_NOT_REACHED");
  Waiting waiting(running, request, 3);
  BOOST_TEST(MustGet(running, "A").account_version() == 1u);
  running.daemon->Stop();
  waiting.AllAnswered();
  for (const Waiting::Call& call : waiting.calls()) BOOST_TEST(call.status.error_code() == grpc::StatusCode::UNAVAILABLE);
}

BOOST_AUTO_TEST_CASE(events_are_listed_in_pages_and_found_by_key) {
  const Directory directory;
  Running running(directory);
  for (const char* account : {"A", "B", "C"})
    MustAppend(running, {Opened(account), Order(account, "o1", "2024-02-01T10:00:00Z", 1'000'000)});
  v1::ListEventsRequest request;
  request.set_page_size(2);
  size_t events = 0, pages = 0;
  do {
    v1::ListEventsResponse response;
    Context context;
    RequireOk(running.events->ListEvents(&context, request, &response));
    events += static_cast<size_t>(response.events_size());
    ++pages;
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty() && pages < 10);
  BOOST_TEST(events == 6u);
  request.mutable_filter()->set_account_id("A");
  request.set_page_token("x");
  v1::ListEventsResponse response;
  {
    Context context;
    BOOST_TEST(ReasonOf(running.events->ListEvents(&context, request, &response)) == "PAGE_TOKEN_INVALID");
  }
  request.clear_page_token();
  request.set_descending(true);
  {
    Context context;
    RequireOk(running.events->ListEvents(&context, request, &response));
  }
  BOOST_REQUIRE(response.events_size() == 2);
  BOOST_TEST(response.events(0).id() == "o1");
  v1::GetEventRequest by_key;
  by_key.mutable_key()->set_account_id("B");
  by_key.mutable_key()->set_source("/test");
  by_key.mutable_key()->set_id("o1");
  v1::GetEventResponse found;
  Context context;
  RequireOk(running.events->GetEvent(&context, by_key, &found));
  BOOST_TEST(found.event().type() == "guanxi.event.v1.OrderPlaced");
}

BOOST_AUTO_TEST_CASE(personal_data_is_shown_but_not_stored_in_clear) {
  const Directory directory;
  Running running(directory);
  guanxi::event::v1::ContactAdded contact;
  contact.set_contact_id("c1");
  contact.set_name("Xiuying Wang-Unmistakable");
  const v1::AppendResponse written = MustAppend(running, {Event("A", "c", "2024-01-03", contact)});
  v1::GetEventRequest request;
  *request.mutable_position() = written.results(0).position();
  v1::GetEventResponse response;
  {
    Context context;
    RequireOk(running.events->GetEvent(&context, request, &response));
  }
  guanxi::event::v1::ContactAdded shown;
  BOOST_REQUIRE(response.event().data().UnpackTo(&shown));
  BOOST_TEST(shown.name() == "Xiuying Wang-Unmistakable");
  v1::GetInclusionProofRequest proof_request;
  *proof_request.mutable_position() = written.results(0).position();
  v1::GetInclusionProofResponse proof;
  Context context;
  RequireOk(running.audit->GetInclusionProof(&context, proof_request, &proof));
  BOOST_TEST(proof.record().find("Unmistakable") == std::string::npos);
  BOOST_TEST(proof.leaf_hash().size() == 32u);
}

BOOST_AUTO_TEST_CASE(a_stream_counts_outcomes_and_a_refusal_stops_nothing) {
  const Directory directory;
  Running running(directory);
  v1::AppendStreamResponse response;
  Context context;
  const auto writer = running.events->AppendStream(&context, &response);
  for (int message = 0; message < 20; ++message) {
    v1::AppendStreamRequest request;
    for (int i = 0; i < 100; ++i) *request.add_events() = Opened("S" + std::to_string(message * 100 + i));
    if (message == 7) request.mutable_events(3)->clear_occurred_at();
    if (message == 9) *request.mutable_events(0) = Opened("S1");
    BOOST_REQUIRE(writer->Write(request));
  }
  writer->WritesDone();
  RequireOk(writer->Finish());
  BOOST_TEST(response.appended() == 1998u);
  BOOST_TEST(response.duplicates() == 1u);
  BOOST_TEST(response.refused() == 1u);
  BOOST_REQUIRE(response.failures_size() == 1);
  BOOST_TEST(response.failures(0).ordinal() == 703u);
  BOOST_TEST(response.failures(0).reason() == "OCCURRED_AT_MISSING");
}

// A large event found no room where the small one behind it did, which was folded first then: the large one was of an object that was
// there.
BOOST_AUTO_TEST_CASE(events_of_one_instant_keep_their_order_while_a_stream_waits_for_a_full_queue) {
  const Directory directory;
  Running running(directory, {{"partitions", "1"}, {"queue_events", "1000"}, {"commit_events", "1"}});
  v1::AppendStreamResponse response;
  Context context;
  const auto writer = running.events->AppendStream(&context, &response);
  std::vector<std::string> sent, logged;
  for (int message = 0; message < 10; ++message) {
    v1::AppendStreamRequest request;
    for (int i = 0; i < 50; ++i) {
      const std::string name = std::to_string(message * 50 + i);
      *request.add_events() = LargeOrder("A", "large-" + name, "2024-02-01T10:00:00Z");
      *request.add_events() = Order("A", "small-" + name, "2024-02-01T10:00:00Z", 1'000'000);
    }
    for (const v1::NewEvent& event : request.events()) sent.push_back(event.id());
    BOOST_REQUIRE(writer->Write(request));
  }
  writer->WritesDone();
  RequireOk(writer->Finish());
  BOOST_TEST(response.appended() == sent.size());
  v1::ListEventsRequest request;
  request.mutable_filter()->set_account_id("A");
  for (bool more = true; more; more = !request.page_token().empty()) {
    v1::ListEventsResponse page;
    Context paging;
    RequireOk(running.events->ListEvents(&paging, request, &page));
    for (const v1::Event& event : page.events()) logged.push_back(event.id());
    request.set_page_token(page.next_page_token());
  }
  BOOST_TEST(logged == sent, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_subscription_tells_everything_once_and_resumes_from_its_checkpoint) {
  const Directory directory;
  Running running(directory);
  MustAppend(running, {Opened("A")});
  std::string checkpoint;
  std::vector<std::string> seen;
  const auto read_until_caught_up = [&](v1::SubscribeRequest request) {
    Context context;
    const auto reader = running.events->Subscribe(&context, request);
    v1::SubscribeResponse response;
    while (reader->Read(&response)) {
      for (const v1::Event& event : response.events()) seen.push_back(event.account_id() + "/" + event.id());
      checkpoint = response.checkpoint();
      if (response.has_caught_up()) break;
    }
    context.TryCancel();
    reader->Finish();
  };
  v1::SubscribeRequest request;
  request.set_from_beginning(true);
  read_until_caught_up(request);
  BOOST_TEST(seen == std::vector<std::string>{"A/open"}, boost::test_tools::per_element());
  MustAppend(running, {Opened("B")});
  request.set_resume_after(checkpoint);
  read_until_caught_up(request);
  BOOST_TEST(seen == (std::vector<std::string>{"A/open", "B/open"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_live_subscription_is_woken_by_a_commit_and_ended_by_the_drain) {
  const Directory directory;
  Running running(directory);
  grpc::ClientContext context;
  const auto reader = running.events->Subscribe(&context, v1::SubscribeRequest());
  v1::SubscribeResponse response;
  BOOST_REQUIRE(reader->Read(&response));
  BOOST_TEST(response.has_caught_up());
  MustAppend(running, {Opened("A")});
  BOOST_REQUIRE(reader->Read(&response));
  BOOST_REQUIRE(response.events_size() == 1);
  BOOST_TEST(response.events(0).account_id() == "A");
  std::thread stopping([&] { running.daemon->Stop(); });
  while (reader->Read(&response)) {
  }
  BOOST_TEST(ReasonOf(reader->Finish()) == "SHUTTING_DOWN");
  stopping.join();
}

BOOST_AUTO_TEST_CASE(accounts_are_listed_by_revenue_over_partitions_and_the_concentration_is_exact) {
  const Directory directory;
  Running running(directory);
  for (int i = 1; i <= 10; ++i) {
    const std::string account = "L" + std::to_string(i);
    MustAppend(running, {Opened(account), Order(account, "o", "2024-02-01T10:00:00Z", i * 1'000'000)});
  }
  v1::ListAccountsRequest request;
  request.set_order(v1::ACCOUNT_ORDER_REVENUE);
  request.set_page_size(4);
  std::vector<std::string> ids;
  do {
    v1::ListAccountsResponse response;
    Context context;
    RequireOk(running.accounts->ListAccounts(&context, request, &response));
    for (const v1::Account& account : response.accounts()) ids.push_back(account.account_id());
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty() && ids.size() < 20);
  BOOST_TEST(ids == (std::vector<std::string>{"L10", "L9", "L8", "L7", "L6", "L5", "L4", "L3", "L2", "L1"}),
             boost::test_tools::per_element());

  v1::GetConcentrationResponse figures;
  Context context;
  RequireOk(running.portfolio->GetConcentration(&context, v1::GetConcentrationRequest(), &figures));
  BOOST_TEST(figures.currency_code() == "EUR");
  BOOST_TEST(figures.accounts() == 10u);
  BOOST_TEST(figures.top_accounts() == 2u);
  BOOST_TEST(figures.net_revenue_micros() == "55000000");
  BOOST_TEST(figures.share() == 19.0 / 55, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(figures.gini() == 0.3, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(figures.hhi() == 385.0 / 3025 * 10000, boost::test_tools::tolerance(1e-12));
  // 10 + 9 + 8 + 7 + 6 = 40 of 55 is below 80%, with 5 it is 45.
  BOOST_TEST(figures.accounts_for_80_percent() == 6u);
}

BOOST_AUTO_TEST_CASE(an_account_is_explained_and_its_past_is_read_as_of_a_time) {
  const Directory directory;
  Running running(directory);
  MustAppend(running,
             {Opened("A"), Order("A", "o1", "2024-02-01T10:00:00Z", 1'000'000), Order("A", "o2", "2024-03-01T10:00:00Z", 1'000'000)});
  v1::ExplainAccountRequest request;
  request.mutable_account()->set_account_id("A");
  v1::ExplainAccountResponse response;
  Context context;
  RequireOk(running.accounts->ExplainAccount(&context, request, &response));
  BOOST_TEST(response.dimensions_size() == 8);
  BOOST_TEST(!response.gates().empty());
  BOOST_TEST(!response.read_at().token().token().empty());
  v1::Consistency past;
  *past.mutable_as_of()->mutable_valid_to() = At("2024-02-15T00:00:00Z");
  BOOST_TEST(MustGet(running, "A", past).counts().orders() == 1u);
  BOOST_TEST(MustGet(running, "A").counts().orders() == 2u);
}

BOOST_AUTO_TEST_CASE(operators_see_partitions_advance_the_clock_and_rebuild_without_a_difference) {
  const Directory directory;
  Running running(directory);
  MustAppend(running, {Opened("A"), Order("A", "o1", "2024-02-01T10:00:00Z", 1'000'000)});
  v1::AdvanceClockRequest clock;
  *clock.mutable_to() = At("2024-06-01T00:00:00Z");
  clock.set_actor("tester");
  v1::AdvanceClockResponse advanced;
  {
    Context context;
    RequireOk(running.admin->AdvanceClock(&context, clock, &advanced));
  }
  v1::ListPartitionsResponse partitions;
  {
    Context context;
    RequireOk(running.admin->ListPartitions(&context, v1::ListPartitionsRequest(), &partitions));
  }
  BOOST_REQUIRE(partitions.partitions_size() == 2);
  BOOST_TEST(partitions.partitions(0).accounts() + partitions.partitions(1).accounts() == 1u);
  BOOST_TEST(partitions.partitions(0).clock().seconds() == clock.to().seconds());
  Context context;
  const auto reader = running.admin->RebuildViews(&context, v1::RebuildViewsRequest());
  v1::RebuildViewsResponse message;
  size_t finished = 0;
  while (reader->Read(&message)) {
    finished += message.finished() ? 1 : 0;
    BOOST_TEST(message.rows_different() == 0u);
  }
  RequireOk(reader->Finish());
  BOOST_TEST(finished == 2u);
}

BOOST_AUTO_TEST_CASE(policies_are_listed_and_adopted_once) {
  const Directory directory;
  Running running(directory);
  v1::ListPoliciesResponse before;
  {
    Context context;
    RequireOk(running.policies->ListPolicies(&context, v1::ListPoliciesRequest(), &before));
  }
  BOOST_REQUIRE(before.policies_size() == 2);
  BOOST_TEST(before.policies(0).in_force());
  v1::AdoptPolicyRequest request;
  request.set_shipped_name("transactional");
  request.set_actor("tester");
  *request.mutable_effective_at() = At("2024-01-01");
  v1::AdoptPolicyResponse first, second;
  {
    Context context;
    RequireOk(running.policies->AdoptPolicy(&context, request, &first));
  }
  Context context;
  RequireOk(running.policies->AdoptPolicy(&context, request, &second));
  BOOST_TEST(first.policy().control_epoch() == second.policy().control_epoch());
}

BOOST_AUTO_TEST_CASE(a_directory_in_use_is_refused_with_its_reason) {
  const Directory directory;
  Running running(directory);
  const auto config = service::Config::Make("", {{"data", directory.path()}, {"listen", "127.0.0.1:0"}, {"http", "127.0.0.1:0"}});
  BOOST_REQUIRE(config.ok());
  const auto second = service::Daemon::Start(*config);
  BOOST_TEST(guanxi::ReasonOf(second.status())->name == "DATA_DIRECTORY_IN_USE");
}

BOOST_AUTO_TEST_CASE(settings_outside_their_bounds_and_unknown_ones_are_named) {
  BOOST_TEST(!service::Config::Make("", {}).ok());
  const auto refused = [](std::map<std::string, std::string> flags, const char* named) {
    flags.emplace("data", "x");
    const absl::Status status = service::Config::Make("", flags).status();
    BOOST_TEST(!status.ok());
    BOOST_TEST(std::string(status.message()).find(named) != std::string::npos, status);
  };
  refused({{"partitions", "0"}}, "partitions");
  refused({{"partitions", "many"}}, "partitions");
  refused({{"utc_offset", "8"}}, "utc_offset");
  refused({{"clock", "sundial"}}, "clock");
  refused({{"listen", "0.0.0.0:7400"}}, "listen");
  refused({{"listne", "127.0.0.1:1"}}, "listne");
  refused({{"tls_cert", "a.pem"}}, "tls_key");
  BOOST_TEST(service::Config::Make("", {{"data", "x"}, {"utc_offset", "-03:30"}})->UtcOffsetMinutes() == -210);
}

BOOST_AUTO_TEST_SUITE_END()
