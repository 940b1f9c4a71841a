// Random numbers of the generator: xoshiro256** (Blackman and Vigna), seeded by
// splitmix64, and integer choices of our own, so that a seed gives the same
// events everywhere.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>

namespace guanxi::importers::generator {

// The splitmix64 step: a well-mixed number out of any two.
constexpr uint64_t Mix(uint64_t a, uint64_t b = 0) {
  uint64_t z = a + 0x9e3779b97f4a7c15 * (b + 1);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

// A value; not thread-safe.
class Random {
 public:
  explicit constexpr Random(uint64_t seed) {
    for (uint64_t i = 0; i < state_.size(); ++i) state_[i] = Mix(seed, i);
  }

  constexpr uint64_t Next() {
    const uint64_t result = RotateLeft(state_[1] * 5, 7) * 9;
    const uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = RotateLeft(state_[3], 45);
    return result;
  }

  // 0 .. n - 1; n > 0. (Bias below n / 2^64.)
  constexpr uint64_t Below(uint64_t n) { return static_cast<uint64_t>((static_cast<unsigned __int128>(Next()) * n) >> 64); }

  // low .. high, both inclusive.
  constexpr int64_t Between(int64_t low, int64_t high) { return low + static_cast<int64_t>(Below(static_cast<uint64_t>(high - low) + 1)); }

  // True `n` times in a thousand.
  constexpr bool PerMille(uint64_t n) { return Below(1000) < n; }

  // A whole number whose mean is per_mille / 1000.
  constexpr uint32_t Count(uint64_t per_mille) { return static_cast<uint32_t>(per_mille / 1000) + (PerMille(per_mille % 1000) ? 1 : 0); }

  template <class List>
  constexpr const auto& Pick(const List& list) {
    return list[Below(std::size(list))];
  }

 private:
  static constexpr uint64_t RotateLeft(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

  std::array<uint64_t, 4> state_{};
};

}  // namespace guanxi::importers::generator
