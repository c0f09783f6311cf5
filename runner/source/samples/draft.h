#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "data/message.h"

namespace sluice {

// SplitMix64 (Steele, Lea, Flood 2014): the standard library's distributions differ between
// compilers.
class SampleRandom {
 public:
  explicit SampleRandom(std::uint64_t seed) : state_(seed) {}

  std::uint64_t bits() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15U);
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31U);
  }
  std::uint64_t below(std::uint64_t limit) { return bits() % limit; }

  template <class T, std::size_t count>
  const T& one_of(const T (&items)[count]) {
    return items[below(count)];
  }

 private:
  std::uint64_t state_;
};

// A sample's message in the making. `index` counts from 0; key and value are empty at first, and
// an empty key is none. No floating point comes in: its text differs between libraries.
struct SampleDraft {
  SampleRandom random;
  std::uint64_t index = 0;
  std::string key{};
  std::string value{};
};

// Makes one message. Draws the same number of times whatever comes out.
using MakeSample = void(SampleDraft&);
MakeSample make_guess;
MakeSample make_flight;
MakeSample make_order;
MakeSample make_payment;
MakeSample make_measurement;
MakeSample make_sentence;

// "12.34" of 1234 and 2; `value` may be negative.
std::string decimal_text(std::int64_t value, int scale);

// "2026-06-01T09:35:00+02:00": the time on the clocks of a zone.
std::string zoned_time(EpochMs time_ms, int offset_minutes);

}  // namespace sluice
