#include "tools/guanxi/policy_transfer.h"

#include "absl/strings/str_cat.h"
#include "codec/proto_time.h"
#include "guanxi/v1/policy_service.grpc.pb.h"

namespace guanxi::cli {
namespace {

absl::Status NotAdopted(const guanxi::event::v1::PolicyAdopted& policy, size_t before, const absl::Status& why) {
  absl::Status status(why.code(), absl::StrCat("the file's policy ", policy.policy_name(), " ", policy.version(),
                                               " is not taken over, and no event after it; ", before, " before it were: ", why.message(),
                                               ". With --no-policies the events are taken alone"));
  why.ForEachPayload([&](absl::string_view url, const absl::Cord& payload) { status.SetPayload(url, payload); });
  return status;
}

}  // namespace

absl::Status PolicyTransfer::ReadAdopted() {
  adopted_.emplace();
  guanxi::v1::ListPoliciesRequest request;
  do {
    const auto page = context_.Ask(&guanxi::v1::PolicyService::Stub::ListPolicies, request);
    if (!page.ok()) return page.status();
    for (const auto& policy : page->policies())
      if (policy.has_effective_at()) adopted_->emplace(policy.name(), policy.version(), codec::FromProto(policy.effective_at()));
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return absl::OkStatus();
}

absl::StatusOr<bool> PolicyTransfer::Take(const guanxi::event::v1::PolicyAdopted& policy) {
  if (!adopted_)
    if (absl::Status read = ReadAdopted(); !read.ok()) return read;
  const auto of_file = std::tuple(policy.policy_name(), policy.version(), codec::FromProto(policy.effective_at()));
  if (adopted_->count(of_file) > 0) return false;
  guanxi::v1::AdoptPolicyRequest request;
  request.set_definition(policy.definition());
  *request.mutable_effective_at() = policy.effective_at();
  request.set_actor(actor_);
  request.set_reason("adopted so where the file was exported");
  const auto answer = context_.Ask(&guanxi::v1::PolicyService::Stub::AdoptPolicy, request);
  if (!answer.ok()) return NotAdopted(policy, taken_, answer.status());
  adopted_->insert(of_file);
  ++taken_;
  return true;
}

}  // namespace guanxi::cli
