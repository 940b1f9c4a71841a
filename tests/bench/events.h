// The events that are appended: orders of made-up accounts, a function of their number and the seed.
#pragma once

#include <cstdint>
#include <string>

#include "base/time.h"
#include "guanxi/v1/event_service.pb.h"

namespace guanxi::bench {

// A year that has passed, so that month ends and twelve-month windows are at work.
inline constexpr Timestamp kFirst{1'735'689'600'000'000};              // 2025-01-01
inline constexpr int64_t kSpanMicros = 365 * int64_t{86'400'000'000};  // to the end of 2025

// A well-mixed number: the same for the same arguments.
uint64_t Mix(uint64_t n, uint64_t seed);

std::string AccountName(uint64_t account, const std::string& prefix = "account");

// An order of one line, id of 16 bytes.
void FillOrder(v1::NewEvent& event, const std::string& account, uint64_t id, Timestamp occurred_at);

}  // namespace guanxi::bench
