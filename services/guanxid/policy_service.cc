#include "guanxid/policy_service.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "base/reason.h"
#include "guanxid/paging.h"
#include "guanxid/read_at.h"
#include "guanxid/unary.h"
#include "relations/policy.h"
#include "rpc/time.h"

namespace guanxi::service {
namespace {

struct Shipped {
  const relations::Policy& (*policy)();
  std::string_view (*definition)();
};
constexpr Shipped kShipped[] = {{relations::StandardPolicy, relations::StandardPolicyToml},
                                {relations::TransactionalPolicy, relations::TransactionalPolicyToml}};

Timestamp ClockOf(const Node& node) {
  Timestamp clock = kEarliestTimestamp;
  for (uint32_t p = 0; p < node.cluster.partitions(); ++p) clock = std::max(clock, node.cluster.ViewOf(PartitionId{p})->clock);
  return clock;
}

v1::Policy PolicyFrom(const relations::Policy& policy, std::string_view definition) {
  v1::Policy out;
  out.set_name(policy.name);
  out.set_version(policy.version);
  out.set_definition(std::string(definition));
  return out;
}

v1::Policy PolicyFrom(const partition::AdoptedPolicy& adopted) {
  v1::Policy out = PolicyFrom(adopted.policy, adopted.definition);
  *out.mutable_effective_at() = rpc::ToProto(adopted.effective_at);
  out.set_control_epoch(adopted.control_epoch);
  return out;
}

// Everything adopted, oldest first, then what is shipped and not adopted. The
// standard policy is in force before any adoption takes effect, even its own.
std::vector<v1::Policy> AllPolicies(const Node& node) {
  const Timestamp clock = ClockOf(node);
  std::vector<v1::Policy> policies;
  std::optional<size_t> in_force;
  Timestamp newest = kEarliestTimestamp;
  for (const partition::AdoptedPolicy& adopted : node.cluster.AdoptedPolicies()) {
    // Of equal dates the later adoption counts.
    if (adopted.effective_at <= clock && adopted.effective_at >= newest) {
      newest = adopted.effective_at;
      in_force = policies.size();
    }
    policies.push_back(PolicyFrom(adopted));
  }
  const size_t adopted_count = policies.size();
  for (const Shipped& shipped : kShipped) {
    const relations::Policy& policy = shipped.policy();
    const bool adopted = std::any_of(policies.begin(), policies.begin() + static_cast<std::ptrdiff_t>(adopted_count),
                                     [&](const v1::Policy& p) { return p.name() == policy.name && p.version() == policy.version; });
    const bool is_fallback = !in_force && &policy == &relations::StandardPolicy();
    if (is_fallback) in_force = policies.size();
    if (!adopted || is_fallback) policies.push_back(PolicyFrom(policy, shipped.definition()));
  }
  if (in_force) policies[*in_force].set_in_force(true);
  return policies;
}

absl::StatusOr<std::string> DefinitionOf(const v1::AdoptPolicyRequest& request) {
  if (request.definition().empty() == request.shipped_name().empty()) {
    return Refuse(Reason::REQUEST_INVALID, "give a definition or a shipped_name", {{"field", "definition"}});
  }
  if (!request.definition().empty()) return request.definition();
  for (const Shipped& shipped : kShipped)
    if (shipped.policy().name == request.shipped_name()) return std::string(shipped.definition());
  return Refuse(Reason::POLICY_NOT_FOUND, "no policy " + request.shipped_name() + " is shipped", {{"name", request.shipped_name()}});
}

absl::Status AdoptPolicy(const Node& node, const v1::AdoptPolicyRequest& request, v1::AdoptPolicyResponse& response, Deadline deadline) {
  if (request.actor().empty()) return Refuse(Reason::REQUEST_INVALID, "say who decided", {{"field", "actor"}});
  const absl::StatusOr<std::string> definition = DefinitionOf(request);
  if (!definition.ok()) return definition.status();
  std::optional<Timestamp> effective_at;
  if (request.has_effective_at()) {
    effective_at = rpc::FromProto(request.effective_at());
    if (!effective_at) return Refuse(Reason::REQUEST_INVALID, "the time lies outside the years 1-9999", {{"field", "effective_at"}});
  }
  const absl::StatusOr<partition::AdoptedPolicy> adopted =
      node.cluster.AdoptPolicy(*definition, effective_at, request.actor(), request.reason(), deadline);
  if (!adopted.ok()) return adopted.status();
  *response.mutable_policy() = PolicyFrom(*adopted);
  for (const v1::Policy& policy : AllPolicies(node)) {
    if (policy.control_epoch() == adopted->control_epoch) response.mutable_policy()->set_in_force(policy.in_force());
  }
  *response.mutable_written_at() = WrittenEverywhere(node);
  return absl::OkStatus();
}

absl::Status GetPolicy(const Node& node, const v1::GetPolicyRequest& request, v1::GetPolicyResponse& response) {
  const absl::StatusOr<std::vector<partition::ViewPtr>> views = ViewsFor(node, request.consistency());
  if (!views.ok()) return views.status();
  *response.mutable_read_at() = ReadAtOf(node, *views);
  const std::vector<v1::Policy> policies = AllPolicies(node);
  const v1::Policy* found = nullptr;
  for (const v1::Policy& policy : policies) {
    if (policy.name() != request.name()) continue;
    if (request.version() != 0 && policy.version() != request.version()) continue;
    if (found == nullptr || policy.version() >= found->version()) found = &policy;
  }
  if (found == nullptr)
    return Refuse(Reason::POLICY_NOT_FOUND, "no policy " + request.name() + " of that version", {{"name", request.name()}});
  *response.mutable_policy() = *found;
  return absl::OkStatus();
}

absl::Status ListPolicies(const Node& node, const v1::ListPoliciesRequest& request, v1::ListPoliciesResponse& response) {
  const absl::StatusOr<std::vector<partition::ViewPtr>> views = ViewsFor(node, request.consistency());
  if (!views.ok()) return views.status();
  *response.mutable_read_at() = ReadAtOf(node, *views);
  const absl::StatusOr<Paging> paging = Paging::Of(node, request);
  if (!paging.ok()) return paging.status();
  std::vector<v1::Policy> policies = AllPolicies(node);
  size_t first = 0;
  if (!paging->cursor().empty() && !absl::SimpleAtoi(paging->cursor(), &first))
    return Refuse(Reason::PAGE_TOKEN_INVALID, "the page token's cursor is damaged");
  first = std::min(first, policies.size());
  const size_t last = std::min(first + paging->size(), policies.size());
  for (size_t i = first; i < last; ++i) *response.add_policies() = std::move(policies[i]);
  if (last < policies.size()) response.set_next_page_token(paging->TokenOf(std::to_string(last)));
  return absl::OkStatus();
}

}  // namespace

grpc::ServerUnaryReactor* PolicyServiceHandler::AdoptPolicy(grpc::CallbackServerContext* context, const v1::AdoptPolicyRequest* request,
                                                            v1::AdoptPolicyResponse* response) {
  return Answer(node_, "PolicyService.AdoptPolicy", context, request, response,
                [this, deadline = OutcomeDeadlineOf(*context)](const auto& asked, auto& answer) {
                  return service::AdoptPolicy(node_, asked, answer, deadline);
                });
}
GUANXI_ANSWER(PolicyService, GetPolicy)
GUANXI_ANSWER(PolicyService, ListPolicies)

}  // namespace guanxi::service
