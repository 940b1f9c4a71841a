// The pages of an answer. A page token continues the same question to the same log.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "guanxid/node.h"
#include "rpc/tokens.h"

namespace guanxi::service {

class Paging {
 public:
  // Of a request with page_size, page_token and consistency. Pages may differ in size and in how fresh they are, not in the time that
  // they are of. PAGE_TOKEN_INVALID: damaged, of another question or of another log epoch.
  template <class Request>
  static absl::StatusOr<Paging> Of(const Node& node, const Request& request) {
    Request question = request;
    question.clear_page_size();
    question.clear_page_token();
    if (!request.consistency().has_as_of()) question.clear_consistency();
    return Make(rpc::HashOfArguments(question, node.cluster.settings().log_epoch), request.page_token(), request.page_size());
  }

  // Items of a page: 0 or less asked gives the default, more than the maximum the maximum.
  size_t size() const { return size_; }
  // Where the page starts; empty: at the beginning.
  const std::string& cursor() const { return cursor_; }
  // Empty, as the cursor is at the end.
  std::string TokenOf(const std::string& next_cursor) const;

 private:
  Paging(uint64_t question, std::string cursor, size_t size) : question_(question), cursor_(std::move(cursor)), size_(size) {}
  static absl::StatusOr<Paging> Make(uint64_t question, const std::string& token, int asked);

  uint64_t question_;
  std::string cursor_;
  size_t size_;
};

}  // namespace guanxi::service
