// Every read says how fresh it must be and is told how fresh it was; every write
// answers a token that shows its effect.
#include <google/protobuf/text_format.h>
#include <grpcpp/generic/generic_stub.h>

#include <boost/test/unit_test.hpp>
#include <future>
#include <map>

#include "e2e/running_daemon.h"
#include "rpc/tokens.h"

using namespace guanxi;
using namespace guanxi::test;
namespace pb = google::protobuf;

namespace {

// The unary calls of all services.
std::vector<const pb::MethodDescriptor*> UnaryCalls() {
  std::vector<const pb::MethodDescriptor*> calls;
  for (const char* service : {"EventService", "AccountService", "PolicyService", "PortfolioService", "AuditService", "AdminService"}) {
    const auto* descriptor = pb::DescriptorPool::generated_pool()->FindServiceByName(std::string("guanxi.v1.") + service);
    BOOST_REQUIRE(descriptor != nullptr);
    for (int i = 0; i < descriptor->method_count(); ++i)
      if (!descriptor->method(i)->server_streaming() && !descriptor->method(i)->client_streaming()) calls.push_back(descriptor->method(i));
  }
  return calls;
}

bool Has(const pb::Descriptor& message, const char* field, const char* type) {
  const pb::FieldDescriptor* found = message.FindFieldByName(field);
  return found != nullptr && found->message_type() != nullptr && found->message_type()->full_name() == std::string("guanxi.v1.") + type;
}

bool IsRead(const pb::MethodDescriptor& call) { return Has(*call.input_type(), "consistency", "Consistency"); }

std::unique_ptr<pb::Message> New(const pb::Descriptor& type) {
  return std::unique_ptr<pb::Message>(pb::MessageFactory::generated_factory()->GetPrototype(&type)->New());
}

// What each read needs besides its consistency.
std::unique_ptr<pb::Message> RequestOf(const pb::MethodDescriptor& call) {
  static const std::map<std::string, std::string> kArguments = {{"GetEvent", "position { partition: 0 position: 0 }"},
                                                                {"GetAccount", "account { account_id: 'A' }"},
                                                                {"BatchGetAccounts", "account_ids: 'A'"},
                                                                {"ListTimeline", "account { account_id: 'A' }"},
                                                                {"ExplainAccount", "account { account_id: 'A' }"},
                                                                {"GetPolicy", "name: 'standard'"},
                                                                {"GetInclusionProof", "position { partition: 0 position: 0 }"},
                                                                {"GetConsistencyProof", "first_tree_size: 1"}};
  auto request = New(*call.input_type());
  const auto found = kArguments.find(call.name());
  if (found != kArguments.end()) BOOST_REQUIRE(pb::TextFormat::ParseFromString(found->second, request.get()));
  return request;
}

grpc::ByteBuffer BytesOf(const pb::Message& message) {
  const grpc::Slice slice(message.SerializeAsString());
  return grpc::ByteBuffer(&slice, 1);
}

grpc::Status Call(Running& running, const pb::MethodDescriptor& call, const pb::Message& request, pb::Message& response) {
  grpc::GenericStub stub(running.channel);
  Context context;
  const grpc::ByteBuffer asked = BytesOf(request);
  grpc::ByteBuffer answer;
  std::promise<grpc::Status> done;
  stub.UnaryCall(&context, "/" + call.service()->full_name() + "/" + call.name(), grpc::StubOptions(), &asked, &answer,
                 [&](grpc::Status status) { done.set_value(std::move(status)); });
  const grpc::Status status = done.get_future().get();
  grpc::Slice slice;
  if (status.ok() && answer.DumpToSingleSlice(&slice).ok())
    BOOST_REQUIRE(response.ParseFromArray(slice.begin(), static_cast<int>(slice.size())));
  return status;
}

template <class Part>
const Part& PartOf(const pb::Message& message, const char* field) {
  const pb::FieldDescriptor* found = message.GetDescriptor()->FindFieldByName(field);
  BOOST_REQUIRE(found != nullptr);
  return dynamic_cast<const Part&>(message.GetReflection()->GetMessage(message, found));
}

v1::Consistency& ConsistencyOf(pb::Message& request) {
  const pb::FieldDescriptor* field = request.GetDescriptor()->FindFieldByName("consistency");
  return dynamic_cast<v1::Consistency&>(*request.GetReflection()->MutableMessage(&request, field));
}

// The greatest position that the token names in each partition.
std::map<uint32_t, uint64_t> PositionsOf(Running& running, const v1::ConsistencyToken& token) {
  v1::ListPartitionsResponse partitions;
  Context context;
  RequireOk(running.admin->ListPartitions(&context, {}, &partitions));
  const auto decoded = rpc::DecodePositions(rpc::TokenKind::kConsistency, token.token(), partitions.log_epoch());
  BOOST_REQUIRE_MESSAGE(decoded.ok(), decoded.status());
  std::map<uint32_t, uint64_t> positions;
  for (const auto& at : decoded->positions) positions[at.partition] = at.position;
  return positions;
}

// Something in both partitions.
struct Filled {
  Directory directory;
  Running running{directory};
  v1::AppendResponse written;
  Filled() {
    for (const char* account : {"A", "B", "C", "D"})
      written = MustAppend(running, {Opened(account), Order(account, "o1", "2024-02-01T10:00:00Z", 1'000'000)});
  }
};

size_t CountTimeline(Running& running, const v1::Consistency& consistency) {
  v1::ListTimelineRequest request;
  request.mutable_account()->set_account_id("A");
  *request.mutable_consistency() = consistency;
  v1::ListTimelineResponse response;
  Context context;
  RequireOk(running.accounts->ListTimeline(&context, request, &response));
  return static_cast<size_t>(response.events_size());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(freshness_suite)

BOOST_AUTO_TEST_CASE(every_call_either_reads_with_a_consistency_or_writes_and_answers_a_token) {
  for (const pb::MethodDescriptor* call : UnaryCalls()) {
    BOOST_TEST_CONTEXT(call->full_name()) {
      const bool told = Has(*call->output_type(), "read_at", "ReadAt");
      const bool token = told || Has(*call->output_type(), "written_at", "ConsistencyToken");
      BOOST_TEST((IsRead(*call) ? told : token));
    }
  }
}

BOOST_FIXTURE_TEST_CASE(every_read_says_how_fresh_it_was, Filled) {
  for (const pb::MethodDescriptor* call : UnaryCalls()) {
    if (!IsRead(*call)) continue;
    BOOST_TEST_CONTEXT(call->full_name()) {
      const auto request = RequestOf(*call);
      *ConsistencyOf(*request).mutable_at_least_as_fresh() = written.written_at();
      const auto response = New(*call->output_type());
      RequireOk(Call(running, *call, *request, *response));
      const auto& read_at = PartOf<v1::ReadAt>(*response, "read_at");
      BOOST_TEST(!read_at.positions().empty());
      BOOST_TEST(PositionsOf(running, read_at.token()).size() == static_cast<size_t>(read_at.positions_size()));
      BOOST_TEST((read_at.has_valid_to() && read_at.has_swept_to()));
      BOOST_TEST(!read_at.projection().empty());
    }
  }
}

BOOST_FIXTURE_TEST_CASE(no_read_passes_over_a_token_that_is_none, Filled) {
  for (const pb::MethodDescriptor* call : UnaryCalls()) {
    if (!IsRead(*call)) continue;
    const auto request = RequestOf(*call);
    ConsistencyOf(*request).mutable_at_least_as_fresh()->set_token("not of ours");
    const auto response = New(*call->output_type());
    BOOST_TEST_CONTEXT(call->full_name()) {
      BOOST_TEST(ReasonOf(Call(running, *call, *request, *response)) == "CONSISTENCY_TOKEN_INVALID");
    }
  }
}

BOOST_FIXTURE_TEST_CASE(what_has_no_past_refuses_to_be_read_as_of_it, Filled) {
  for (const pb::MethodDescriptor* call : UnaryCalls()) {
    if (!IsRead(*call)) continue;
    const auto request = RequestOf(*call);
    *ConsistencyOf(*request).mutable_as_of()->mutable_valid_to() = At("2024-01-15");
    const auto response = New(*call->output_type());
    const grpc::Status status = Call(running, *call, *request, *response);
    const bool has_past = call->name() == "GetAccount" || call->name() == "ExplainAccount" || call->name() == "ListTimeline";
    BOOST_TEST_CONTEXT(call->full_name()) { BOOST_TEST((has_past ? status.ok() : ReasonOf(status) == "REQUEST_INVALID")); }
  }
}

BOOST_AUTO_TEST_CASE(a_timeline_as_of_a_time_has_what_was_known_and_had_happened) {
  const Directory directory;
  Running running(directory);
  MustAppend(running, {Opened("A"), Order("A", "o1", "2024-02-01T10:00:00Z", 1'000'000)});
  const v1::AppendResponse march = MustAppend(running, {Order("A", "o2", "2024-03-01T10:00:00Z", 1'000'000)});
  MustAppend(running, {Order("A", "late", "2024-02-02T10:00:00Z", 1'000'000)});
  v1::Consistency as_of;
  BOOST_TEST(CountTimeline(running, as_of) == 4u);
  *as_of.mutable_as_of()->mutable_valid_to() = At("2024-02-15T00:00:00Z");
  BOOST_TEST(CountTimeline(running, as_of) == 3u);
  *as_of.mutable_as_of()->mutable_known_to_position() = march.results(0).position();
  BOOST_TEST(CountTimeline(running, as_of) == 2u);
  as_of.mutable_as_of()->clear_valid_to();
  BOOST_TEST(CountTimeline(running, as_of) == 3u);
}

BOOST_AUTO_TEST_CASE(a_page_of_a_past_timeline_does_not_go_on_in_the_present) {
  const Directory directory;
  Running running(directory);
  MustAppend(running, {Opened("A"), Order("A", "o1", "2024-02-01T10:00:00Z", 1'000'000)});
  v1::ListTimelineRequest request;
  request.mutable_account()->set_account_id("A");
  request.set_page_size(1);
  *request.mutable_consistency()->mutable_as_of()->mutable_valid_to() = At("2024-02-01T10:00:00Z");
  v1::ListTimelineResponse response;
  {
    Context context;
    RequireOk(running.accounts->ListTimeline(&context, request, &response));
  }
  BOOST_REQUIRE(!response.next_page_token().empty());
  request.set_page_token(response.next_page_token());
  request.clear_consistency();
  Context context;
  BOOST_TEST(ReasonOf(running.accounts->ListTimeline(&context, request, &response)) == "PAGE_TOKEN_INVALID");
}

BOOST_AUTO_TEST_CASE(an_adopted_policy_is_in_force_for_a_read_with_its_token) {
  const Directory directory;
  Running running(directory);
  v1::AdoptPolicyRequest request;
  request.set_shipped_name("transactional");
  request.set_actor("tester");
  v1::AdoptPolicyResponse adopted;
  {
    Context context;
    RequireOk(running.policies->AdoptPolicy(&context, request, &adopted));
  }
  BOOST_TEST(PositionsOf(running, adopted.written_at()).size() == 2u);
  v1::GetPolicyRequest by_name;
  by_name.set_name("transactional");
  *by_name.mutable_consistency()->mutable_at_least_as_fresh() = adopted.written_at();
  v1::GetPolicyResponse policy;
  Context context;
  RequireOk(running.policies->GetPolicy(&context, by_name, &policy));
  BOOST_TEST(policy.policy().control_epoch() == 1u);
}

BOOST_AUTO_TEST_CASE(a_dismissed_event_waits_no_more_for_a_read_with_its_token) {
  const Directory directory;
  Running running(directory);
  v1::NewEvent other_body = Opened("A");
  *other_body.mutable_data() = Order("A", "o1", "2024-02-01T10:00:00Z", 1'000'000).data();
  MustAppend(running, {Opened("A")});
  v1::AppendResponse response;
  const auto refused = rpc::ErrorInfoOf(Append(running, {other_body}, &response));
  BOOST_REQUIRE(refused.has_value());
  v1::DismissParkedEventRequest request;
  request.mutable_position()->set_partition(static_cast<uint32_t>(std::stoul(refused->metadata.at("parked_partition"))));
  request.mutable_position()->set_position(std::stoul(refused->metadata.at("parked_position")));
  request.set_actor("tester");
  v1::DismissParkedEventResponse dismissed;
  {
    Context context;
    RequireOk(running.admin->DismissParkedEvent(&context, request, &dismissed));
  }
  BOOST_TEST(PositionsOf(running, dismissed.written_at())[dismissed.position().partition()] == dismissed.position().position());
  v1::ListParkedEventsRequest list;
  *list.mutable_consistency()->mutable_at_least_as_fresh() = dismissed.written_at();
  v1::ListParkedEventsResponse left;
  Context context;
  RequireOk(running.admin->ListParkedEvents(&context, list, &left));
  BOOST_TEST(left.events().empty());
}

BOOST_AUTO_TEST_SUITE_END()
