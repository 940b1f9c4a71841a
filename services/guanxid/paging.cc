#include "guanxid/paging.h"

#include <algorithm>

namespace guanxi::service {
namespace {

constexpr int kPageSizeDefault = 100;
constexpr int kPageSizeMax = 1000;

}  // namespace

absl::StatusOr<Paging> Paging::Make(uint64_t question, const std::string& token, int asked) {
  absl::StatusOr<std::string> cursor = rpc::DecodePage(question, token);
  if (!cursor.ok()) return cursor.status();
  return Paging(question, *std::move(cursor), static_cast<size_t>(asked <= 0 ? kPageSizeDefault : std::min(asked, kPageSizeMax)));
}

std::string Paging::TokenOf(const std::string& next_cursor) const {
  return next_cursor.empty() ? std::string() : rpc::EncodePage(question_, next_cursor);
}

}  // namespace guanxi::service
