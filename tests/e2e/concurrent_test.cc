// Many clients of one daemon at once: writers, readers, subscribers, operators,
// and those that leave in the middle.
#include <atomic>
#include <map>
#include <set>

#include "e2e/running_daemon.h"
#include "support/at_once.h"

using namespace guanxi;
using namespace guanxi::test;

namespace {

constexpr int kWriters = 3;
constexpr int kAccounts = 4;
constexpr int kOrdersEach = 40;   // of a writer that calls for each
constexpr int kMessagesEach = 4;  // of a writer that streams, of kAccounts orders

std::string Account(int number) { return "account-" + std::to_string(number % kAccounts); }

void MustBeOk(const grpc::Status& status) { Must(status.ok(), ReasonOf(status) + " " + status.error_message()); }

v1::NewEvent OrderOf(const std::string& writer, int number) {
  const char* at = number % 2 == 0 ? "2024-03-01T10:00:00Z" : "2024-02-01T10:00:00Z";
  return Order(Account(number), writer + "-" + std::to_string(number), at, 1'000'000);
}

// What it wrote is there when it is asked for with its token.
void WriteAndRead(Running& running, int writer) {
  std::map<std::string, uint64_t> orders;
  for (int i = 0; i < kOrdersEach; ++i) {
    v1::AppendResponse written;
    MustBeOk(Append(running, {OrderOf(std::to_string(writer), i)}, &written));
    v1::GetAccountRequest request;
    request.mutable_account()->set_account_id(Account(i));
    *request.mutable_consistency()->mutable_at_least_as_fresh() = written.written_at();
    v1::GetAccountResponse read;
    Context context;
    MustBeOk(running.accounts->GetAccount(&context, request, &read));
    Must(read.account().counts().orders() >= ++orders[Account(i)], "a read with a token does not show what was written");
  }
}

void WriteAsStream(Running& running) {
  v1::AppendStreamResponse response;
  Context context;
  const auto writer = running.events->AppendStream(&context, &response);
  for (int message = 0; message < kMessagesEach; ++message) {
    v1::AppendStreamRequest request;
    for (int i = 0; i < kAccounts; ++i) *request.add_events() = OrderOf("stream-" + std::to_string(message), i);
    Must(writer->Write(request), "the stream was closed");
  }
  writer->WritesDone();
  MustBeOk(writer->Finish());
  Must(response.appended() == uint64_t{kMessagesEach * kAccounts}, "the stream lost events");
}

constexpr size_t kEvents = size_t{kWriters} * kOrdersEach + size_t{kMessagesEach} * kAccounts;

// From the beginning until everything was told.
void Follow(Running& running) {
  v1::SubscribeRequest request;
  request.set_from_beginning(true);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(5));
  const auto reader = running.events->Subscribe(&context, request);
  v1::SubscribeResponse response;
  std::set<std::string> told;
  while (told.size() < kEvents && reader->Read(&response))
    for (const v1::Event& event : response.events())
      Must(told.insert(event.account_id() + "/" + event.id()).second, event.id() + " was told twice");
  Must(told.size() == kEvents, "a subscription ended before everything was told");
  context.TryCancel();
  reader->Finish();
}

// Subscribers that come and go, some of them before they were told anything.
void ComeAndGo(Running& running, const std::atomic<bool>& written) {
  for (int i = 0; !written; ++i) {
    grpc::ClientContext context;
    if (i % 2 == 0) {
      v1::SubscribeRequest request;
      request.set_from_beginning(true);
      const auto reader = running.events->Subscribe(&context, request);
      v1::SubscribeResponse response;
      if (i % 4 == 0) reader->Read(&response);
      context.TryCancel();
      reader->Finish();
    } else {
      const auto reader = running.accounts->WatchTierChanges(&context, {});
      context.TryCancel();
      reader->Finish();
    }
  }
}

void Operate(Running& running, const std::atomic<bool>& written) {
  while (!written) {
    Context rebuilding, listing, proving;
    const auto rebuild = running.admin->RebuildViews(&rebuilding, {});
    v1::RebuildViewsResponse progress;
    while (rebuild->Read(&progress)) Must(progress.rows_different() == 0, "the views were not a fold of their log");
    MustBeOk(rebuild->Finish());
    v1::ListPartitionsResponse partitions;
    MustBeOk(running.admin->ListPartitions(&listing, {}, &partitions));
    v1::GetTreeHeadResponse head;
    MustBeOk(running.audit->GetTreeHead(&proving, {}, &head));
  }
}

void LookAround(Running& running, const std::atomic<bool>& written) {
  while (!written) {
    Context listing, counting, exporting;
    v1::ListEventsResponse events;
    MustBeOk(running.events->ListEvents(&listing, {}, &events));
    v1::GetConcentrationResponse figures;
    MustBeOk(running.portfolio->GetConcentration(&counting, {}, &figures));
    const auto reader = running.audit->ExportRecords(&exporting, {});
    v1::ExportRecordsResponse records;
    while (reader->Read(&records)) {
    }
    MustBeOk(reader->Finish());
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(concurrent_suite)

BOOST_AUTO_TEST_CASE(clients_of_every_kind_at_once_lose_nothing_and_are_told_nothing_twice) {
  const Directory directory;
  Running running(directory);
  std::atomic<bool> written{false};
  AtOnce writers, followers, others;
  others.Run([&] { ComeAndGo(running, written); });
  others.Run([&] { Operate(running, written); });
  others.Run([&] { LookAround(running, written); });
  for (int i = 0; i < 3; ++i) followers.Run([&] { Follow(running); });
  for (int writer = 0; writer < kWriters; ++writer) writers.Run([&, writer] { WriteAndRead(running, writer); });
  writers.Run([&] { WriteAsStream(running); });
  BOOST_TEST(writers.Complaints() == "");
  BOOST_TEST(followers.Complaints() == "");
  written = true;
  BOOST_TEST(others.Complaints() == "");
  uint64_t orders = 0;
  for (int i = 0; i < kAccounts; ++i) orders += MustGet(running, Account(i)).counts().orders();
  BOOST_TEST(orders == kEvents);
}

BOOST_AUTO_TEST_CASE(a_daemon_that_stops_among_its_clients_keeps_what_it_acknowledged) {
  const Directory directory;
  std::atomic<uint64_t> acknowledged{0};
  {
    Running running(directory);
    AtOnce clients;
    for (int writer = 0; writer < kWriters; ++writer)
      clients.Run([&, writer] {
        v1::AppendResponse response;
        for (int i = 0; Append(running, {OrderOf(std::to_string(writer), i)}, &response).ok(); ++i) ++acknowledged;
      });
    for (int i = 0; i < 3; ++i)
      clients.Run([&] {
        grpc::ClientContext context;
        const auto reader = running.events->Subscribe(&context, {});
        v1::SubscribeResponse response;
        while (reader->Read(&response)) {
        }
        Must(!reader->Finish().ok(), "a subscription ended as if nothing more could come");
      });
    while (acknowledged < 60) std::this_thread::yield();
    running.daemon->Stop();
    BOOST_TEST(clients.Complaints() == "");
  }
  Running again(directory);
  uint64_t orders = 0;
  for (int i = 0; i < kAccounts; ++i) orders += MustGet(again, Account(i)).counts().orders();
  // Of each writer one may have been kept and not acknowledged.
  BOOST_TEST(orders >= acknowledged);
  BOOST_TEST(orders <= acknowledged + kWriters);
}

BOOST_AUTO_TEST_SUITE_END()
