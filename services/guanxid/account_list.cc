#include "guanxid/account_list.h"

#include <deque>

#include "guanxid/account_message.h"

namespace guanxi::service {
namespace {

constexpr size_t kAccountsPerPageMax = 5'000;
constexpr size_t kChunk = 128;

// One partition's accounts, read ahead by chunks.
class Source {
 public:
  Source(partition::ViewPtr view, const v1::ListAccountsRequest& request, std::string after)
      : view_(std::move(view)), request_(request), after_(std::move(after)) {}

  const partition::View& view() const { return *view_; }

  // nullptr at the end.
  absl::StatusOr<const partition::ListedAccount*> Front() {
    if (ahead_.empty() && !ended_) {
      if (absl::Status read = ReadAhead(); !read.ok()) return read;
    }
    return ahead_.empty() ? nullptr : &ahead_.front();
  }
  void Pop() { ahead_.pop_front(); }

 private:
  bool ByOwner() const { return !request_.filter().owner().empty() && request_.order() == v1::ACCOUNT_ORDER_UNSPECIFIED; }

  partition::AccountOrder Order() const {
    switch (request_.order()) {
      case v1::ACCOUNT_ORDER_REVENUE:
        return partition::AccountOrder::kRevenue;
      case v1::ACCOUNT_ORDER_TIER:
        return partition::AccountOrder::kTier;
      default:
        return partition::AccountOrder::kId;
    }
  }

  absl::StatusOr<std::vector<partition::ListedAccount>> NextChunk() const {
    if (!ByOwner()) return partition::ListAccounts(*view_, Order(), after_, kChunk);
    const absl::StatusOr<std::vector<std::string>> ids = partition::ListByOwner(*view_, request_.filter().owner(), after_, kChunk);
    if (!ids.ok()) return ids.status();
    std::vector<partition::ListedAccount> listed;
    for (const std::string& id : *ids) listed.push_back({id, id});
    return listed;
  }

  absl::Status ReadAhead() {
    absl::StatusOr<std::vector<partition::ListedAccount>> chunk = NextChunk();
    if (!chunk.ok()) return chunk.status();
    ended_ = chunk->size() < kChunk;
    if (!chunk->empty()) after_ = chunk->back().sort_key;
    ahead_.assign(chunk->begin(), chunk->end());
    return absl::OkStatus();
  }

  partition::ViewPtr view_;
  const v1::ListAccountsRequest& request_;
  std::string after_;
  std::deque<partition::ListedAccount> ahead_;
  bool ended_ = false;
};

// The source with the smallest next key; nullptr when all ended.
absl::StatusOr<Source*> Smallest(std::vector<Source>& sources) {
  Source* smallest = nullptr;
  const partition::ListedAccount* front = nullptr;
  for (Source& source : sources) {
    const absl::StatusOr<const partition::ListedAccount*> candidate = source.Front();
    if (!candidate.ok()) return candidate.status();
    if (*candidate == nullptr || (front != nullptr && front->sort_key <= (*candidate)->sort_key)) continue;
    smallest = &source;
    front = *candidate;
  }
  return smallest;
}

bool Passes(const v1::AccountFilter& filter, const relations::AccountCore& core) {
  if (filter.tier() != event::v1::TIER_UNSPECIFIED && static_cast<int>(core.tier.tier) != static_cast<int>(filter.tier())) return false;
  if (!filter.owner().empty() && core.owner != filter.owner()) return false;
  if (filter.account_type() != 0 && static_cast<int>(core.account_type) != static_cast<int>(filter.account_type())) return false;
  if (!filter.group_account_id().empty() && core.group_account_id != filter.group_account_id()) return false;
  return !filter.has_key_account() || filter.key_account() == core.key_account_since.has_value();
}

}  // namespace

absl::StatusOr<AccountPage> ReadAccountPage(const std::vector<partition::ViewPtr>& views, const v1::ListAccountsRequest& request,
                                            const std::string& cursor, size_t page_size) {
  std::vector<Source> sources;
  sources.reserve(views.size());
  for (const partition::ViewPtr& view : views) sources.emplace_back(view, request, cursor);
  AccountPage page;
  for (size_t looked_at = 0;; ++looked_at) {
    const absl::StatusOr<Source*> next = Smallest(sources);
    if (!next.ok()) return next.status();
    if (*next == nullptr) {
      page.cursor.clear();
      return page;
    }
    if (page.accounts.size() == page_size || looked_at == kAccountsPerPageMax) return page;
    const partition::ListedAccount listed = **(*next)->Front();
    (*next)->Pop();
    page.cursor = listed.sort_key;
    const absl::StatusOr<partition::AccountAt> account = partition::ReadAccount((*next)->view(), listed.account_id);
    if (!account.ok()) return account.status();
    if (!Passes(request.filter(), account->core)) continue;
    absl::StatusOr<v1::Account> shown = AccountFrom((*next)->view(), *account, v1::ACCOUNT_VIEW_FULL);
    if (!shown.ok()) return shown.status();
    page.accounts.push_back(*std::move(shown));
  }
}

}  // namespace guanxi::service
