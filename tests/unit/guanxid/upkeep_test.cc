#include "guanxid/upkeep.h"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <future>

using guanxi::service::Upkeep;

namespace {

constexpr std::chrono::hours kLong{1};
constexpr std::chrono::milliseconds kSoon{1};

}  // namespace

BOOST_AUTO_TEST_SUITE(upkeep)

BOOST_AUTO_TEST_CASE(what_failed_is_closed_and_opened_again) {
  std::atomic<int> opened{0}, closed{0}, stepped{0};
  std::promise<void> up, seen;
  const auto open = [&] { return ++opened < 3 ? absl::UnavailableError("not yet") : absl::OkStatus(); };
  const auto step = [&] {
    if (++stepped == 1) up.set_value(), seen.get_future().wait();
    return absl::OkStatus();
  };
  Upkeep upkeep("test", {open, step, [&] { ++closed; }}, kSoon);
  up.get_future().wait();
  BOOST_TEST(opened == 3);
  BOOST_TEST(closed == 2);
  BOOST_TEST(upkeep.status().ok());
  seen.set_value();
}

// Commits that went on woke it while the brokers refused it: it asked them again and again without a pause.
BOOST_AUTO_TEST_CASE(news_do_not_shorten_the_pause_after_a_failure) {
  std::atomic<int> opened{0};
  std::promise<void> closed;
  {
    Upkeep upkeep(
        "test", {[&] { return ++opened, absl::UnavailableError("refused"); }, [] { return absl::OkStatus(); }, [&] { closed.set_value(); }},
        kLong);
    closed.get_future().wait();
    for (int i = 0; i < 1000; ++i) upkeep.Wake();
  }
  BOOST_TEST(opened == 1);
}

BOOST_AUTO_TEST_CASE(what_woke_it_while_it_was_busy_ends_the_next_wait) {
  std::promise<void> waited;
  Upkeep* self = nullptr;
  std::promise<void> woken;
  bool first = true;
  const auto step = [&] {
    if (first) woken.get_future().wait();
    self->WaitForWake(kLong);
    if (first) waited.set_value();
    first = false;
    return absl::OkStatus();
  };
  Upkeep upkeep("test", {[] { return absl::OkStatus(); }, step, [] {}}, kLong);
  self = &upkeep;
  upkeep.Wake();
  woken.set_value();
  waited.get_future().wait();
  BOOST_TEST(upkeep.status().ok());
}

BOOST_AUTO_TEST_SUITE_END()
