#include "rpc/tokens.h"

#include <boost/test/unit_test.hpp>

#include "base/reason.h"
#include "guanxi/v1/event_service.pb.h"

using namespace guanxi;

namespace {

const rpc::PositionsToken kToken{"epoch-1", "1+0", {{0, 17}, {3, UINT64_MAX}}};

bool IsRefusedAs(const absl::Status& status, Reason reason) { return ReasonOf(status) != nullptr && ReasonOf(status)->reason == reason; }

}  // namespace

BOOST_AUTO_TEST_SUITE(rpc_tokens_suite)

BOOST_AUTO_TEST_CASE(a_consistency_token_says_what_was_put_in) {
  const std::string text = rpc::EncodePositions(rpc::TokenKind::kConsistency, kToken);
  BOOST_TEST(text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=") == std::string::npos);
  const auto token = rpc::DecodePositions(rpc::TokenKind::kConsistency, text, "epoch-1");
  BOOST_REQUIRE(token.ok());
  BOOST_TEST((*token == kToken));
}

BOOST_AUTO_TEST_CASE(a_token_of_another_epoch_or_another_kind_is_refused) {
  const std::string text = rpc::EncodePositions(rpc::TokenKind::kConsistency, kToken);
  BOOST_TEST(IsRefusedAs(rpc::DecodePositions(rpc::TokenKind::kConsistency, text, "epoch-2").status(), Reason::CONSISTENCY_TOKEN_INVALID));
  BOOST_TEST(
      IsRefusedAs(rpc::DecodePositions(rpc::TokenKind::kLogCheckpoint, text, "epoch-1").status(), Reason::CONSISTENCY_TOKEN_INVALID));
}

BOOST_AUTO_TEST_CASE(every_changed_character_and_every_cut_of_a_token_is_found) {
  const std::string text = rpc::EncodePositions(rpc::TokenKind::kLogCheckpoint, kToken);
  for (size_t i = 0; i + 1 < text.size(); ++i) {
    std::string changed = text;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    BOOST_TEST(!rpc::DecodePositions(rpc::TokenKind::kLogCheckpoint, changed, "epoch-1").ok(), "character " << i);
    BOOST_TEST(!rpc::DecodePositions(rpc::TokenKind::kLogCheckpoint, text.substr(0, i), "epoch-1").ok(), "cut at " << i);
  }
}

BOOST_AUTO_TEST_CASE(a_page_token_continues_the_same_question_to_the_same_log_only) {
  v1::ListEventsRequest one, other;
  one.mutable_filter()->set_account_id("A");
  other.mutable_filter()->set_account_id("B");
  const std::string cursor("after\0this", 10);
  const std::string text = rpc::EncodePage(rpc::HashOfArguments(one, "epoch-1"), cursor);
  const auto decoded = rpc::DecodePage(rpc::HashOfArguments(one, "epoch-1"), text);
  BOOST_REQUIRE(decoded.ok());
  BOOST_TEST(*decoded == cursor);
  BOOST_TEST(IsRefusedAs(rpc::DecodePage(rpc::HashOfArguments(other, "epoch-1"), text).status(), Reason::PAGE_TOKEN_INVALID));
  BOOST_TEST(IsRefusedAs(rpc::DecodePage(rpc::HashOfArguments(one, "epoch-1"), "nonsense").status(), Reason::PAGE_TOKEN_INVALID));
  BOOST_TEST(IsRefusedAs(rpc::DecodePage(rpc::HashOfArguments(one, "epoch-2"), text).status(), Reason::PAGE_TOKEN_INVALID));
  BOOST_TEST(rpc::DecodePage(rpc::HashOfArguments(one, "epoch-1"), "")->empty());
}

BOOST_AUTO_TEST_SUITE_END()
