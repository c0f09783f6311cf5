#include "source/samples.h"

#include <fmt/format.h>

#include <array>
#include <stdexcept>

namespace sluice {
namespace {

constexpr std::array<std::string_view, 16> players = {
    "Ada",    "Béla", "Chloé", "Daniel", "Emma", "Farid", "Grete", "Hana",
    "Ingrid", "Jan",  "Kofi",  "Lena",   "Mira", "Noor",  "Oskar", "Priya"};

}  // namespace

std::vector<std::string> Sample::names() { return {"guesses"}; }

Sample::Sample(std::string_view name, std::uint64_t seed) : state_(seed) {
  if (name != "guesses") throw std::invalid_argument(fmt::format("no sample \"{}\"", name));
}

// SplitMix64 (Steele, Lea, Flood 2014): the standard library's distributions differ between
// compilers.
std::uint64_t Sample::random(std::uint64_t below) {
  std::uint64_t z = (state_ += 0x9E3779B97F4A7C15U);
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
  return (z ^ (z >> 31U)) % below;
}

std::string_view Sample::next() {
  const auto points = random(101);
  const auto& name = players[random(players.size())];
  line_.clear();
  fmt::format_to(std::back_inserter(line_), R"({{"index":{},"points":{},"name":"{}"}})", index_++,
                 points, name);
  return line_;
}

}  // namespace sluice
