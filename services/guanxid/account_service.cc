#include "guanxid/account_service.h"

#include "base/reason.h"
#include "codec/admission.h"
#include "guanxid/account_list.h"
#include "guanxid/account_message.h"
#include "guanxid/event_pages.h"
#include "guanxid/paging.h"
#include "guanxid/read_at.h"
#include "guanxid/subscribe.h"
#include "guanxid/unary.h"

namespace guanxi::service {
namespace {

constexpr int kBatchAccountsMax = 1000;

// The account id that the selector means now.
absl::StatusOr<std::string> Resolve(const Node& node, const v1::AccountSelector& selector, const v1::Consistency& consistency) {
  if (!selector.account_id().empty()) {
    if (codec::IsAccountId(selector.account_id())) return selector.account_id();
    return Refuse(Reason::ACCOUNT_ID_INVALID, "the account id has a character that none may have, such as /, or is too long",
                  {{"field", "account.account_id"}});
  }
  if (!selector.has_external_id()) return Refuse(Reason::REQUEST_INVALID, "say which account", {{"field", "account"}});
  const v1::ExternalId& wanted = selector.external_id();
  std::vector<std::string> found;
  for (uint32_t p = 0; p < node.cluster.partitions(); ++p) {
    const absl::StatusOr<partition::ViewPtr> view = ViewFor(node, PartitionId{p}, consistency);
    if (!view.ok()) return view.status();
    const absl::StatusOr<std::vector<std::string>> ids = partition::FindByExternalId(**view, wanted.system(), wanted.external_id());
    if (!ids.ok()) return ids.status();
    found.insert(found.end(), ids->begin(), ids->end());
  }
  const ReasonMetadata metadata{{"system", wanted.system()}, {"external_id", wanted.external_id()}};
  if (found.empty())
    return Refuse(Reason::ACCOUNT_NOT_FOUND, "no account is known as " + wanted.external_id() + " in " + wanted.system(), metadata);
  if (found.size() == 1) return found.front();
  return Refuse(Reason::REQUEST_INVALID, "several accounts are linked to the external id, such as " + found[0] + " and " + found[1],
                {{"field", "account.external_id"}, {"first_account_id", found[0]}, {"second_account_id", found[1]}});
}

struct Read {
  partition::ViewPtr view;
  partition::AccountAt account;
};

absl::StatusOr<Read> ReadSelected(const Node& node, const v1::AccountSelector& selector, const v1::Consistency& consistency) {
  const absl::StatusOr<std::string> id = Resolve(node, selector, consistency);
  if (!id.ok()) return id.status();
  absl::StatusOr<partition::ViewPtr> view = ViewFor(node, node.cluster.PartitionOf(*id), consistency);
  if (!view.ok()) return view.status();
  const absl::StatusOr<partition::AsOf> as_of = AsOfFrom(node, **view, consistency);
  if (!as_of.ok()) return as_of.status();
  absl::StatusOr<partition::AccountAt> account = partition::ReadAccount(**view, *id, *as_of);
  if (!account.ok()) return account.status();
  return Read{*std::move(view), *std::move(account)};
}

absl::Status GetAccount(const Node& node, const v1::GetAccountRequest& request, v1::GetAccountResponse& response) {
  const absl::StatusOr<Read> read = ReadSelected(node, request.account(), request.consistency());
  if (!read.ok()) return read.status();
  absl::StatusOr<v1::Account> account = AccountFrom(*read->view, read->account, request.view());
  if (!account.ok()) return account.status();
  *response.mutable_account() = *std::move(account);
  *response.mutable_read_at() = ReadAtOf(node, *read->view, read->account.known_to, read->account.valid_to);
  return absl::OkStatus();
}

absl::Status ExplainAccount(const Node& node, const v1::ExplainAccountRequest& request, v1::ExplainAccountResponse& response) {
  const absl::StatusOr<Read> read = ReadSelected(node, request.account(), request.consistency());
  if (!read.ok()) return read.status();
  absl::StatusOr<v1::ExplainAccountResponse> explanation = ExplanationFrom(*read->view, read->account);
  if (!explanation.ok()) return explanation.status();
  response = *std::move(explanation);
  *response.mutable_read_at() = ReadAtOf(node, *read->view, read->account.known_to, read->account.valid_to);
  return absl::OkStatus();
}

absl::Status BatchGetAccounts(const Node& node, const v1::BatchGetAccountsRequest& request, v1::BatchGetAccountsResponse& response) {
  if (request.account_ids().empty() || request.account_ids_size() > kBatchAccountsMax) {
    return Refuse(Reason::REQUEST_INVALID, "a request has 1-1000 account ids", {{"field", "account_ids"}});
  }
  const absl::StatusOr<std::vector<partition::ViewPtr>> views = ViewsFor(node, request.consistency());
  if (!views.ok()) return views.status();
  for (const std::string& id : request.account_ids()) {
    const partition::View& view = *(*views)[node.cluster.PartitionOf(id).value];
    const absl::StatusOr<partition::AccountAt> account = partition::ReadAccount(view, id);
    if (account.ok()) {
      absl::StatusOr<v1::Account> shown = AccountFrom(view, *account, request.view());
      if (!shown.ok()) return shown.status();
      *response.add_accounts() = *std::move(shown);
    } else if (absl::IsNotFound(account.status())) {
      response.add_missing_account_ids(id);
    } else {
      return account.status();
    }
  }
  *response.mutable_read_at() = ReadAtOf(node, *views);
  return absl::OkStatus();
}

absl::Status ListAccounts(const Node& node, const v1::ListAccountsRequest& request, v1::ListAccountsResponse& response) {
  const absl::StatusOr<Paging> paging = Paging::Of(node, request);
  if (!paging.ok()) return paging.status();
  const absl::StatusOr<std::vector<partition::ViewPtr>> views = ViewsFor(node, request.consistency());
  if (!views.ok()) return views.status();
  absl::StatusOr<AccountPage> page = ReadAccountPage(*views, request, paging->cursor(), paging->size());
  if (!page.ok()) return page.status();
  for (v1::Account& account : page->accounts) *response.add_accounts() = std::move(account);
  response.set_next_page_token(paging->TokenOf(page->cursor));
  *response.mutable_read_at() = ReadAtOf(node, *views);
  return absl::OkStatus();
}

absl::Status ListTimeline(const Node& node, const v1::ListTimelineRequest& request, v1::ListTimelineResponse& response) {
  const absl::StatusOr<Paging> paging = Paging::Of(node, request);
  if (!paging.ok()) return paging.status();
  const absl::StatusOr<Read> read = ReadSelected(node, request.account(), request.consistency());
  if (!read.ok()) return read.status();
  v1::EventFilter wanted = request.filter();
  wanted.set_account_id(read->account.core.id.value);
  absl::StatusOr<RecordFilter> filter = RecordFilter::Make(wanted);
  if (!filter.ok()) return filter.status();
  if (request.consistency().has_as_of()) filter->LimitTo(read->account.known_to, read->account.valid_to);
  absl::StatusOr<EventPage> page = ReadTimelinePage(node, *read->view, *filter, paging->cursor(), paging->size(), request.descending());
  if (!page.ok()) return page.status();
  for (v1::Event& event : page->events) *response.add_events() = std::move(event);
  response.set_next_page_token(paging->TokenOf(page->cursor));
  *response.mutable_read_at() = ReadAtOf(node, *read->view, read->account.known_to, read->account.valid_to);
  return absl::OkStatus();
}

}  // namespace

GUANXI_ANSWER(AccountService, GetAccount)
GUANXI_ANSWER(AccountService, BatchGetAccounts)
GUANXI_ANSWER(AccountService, ListAccounts)
GUANXI_ANSWER(AccountService, ListTimeline)
GUANXI_ANSWER(AccountService, ExplainAccount)

grpc::ServerWriteReactor<v1::WatchTierChangesResponse>* AccountServiceHandler::WatchTierChanges(
    grpc::CallbackServerContext*, const v1::WatchTierChangesRequest* request) {
  return StartWatchTierChanges(node_, *request);
}

}  // namespace guanxi::service
