#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

// Messages to try things out with: endless, and the same for the same seed on every machine.
class Sample {
 public:
  // What can be asked for, as the command line names it.
  static std::vector<std::string> names();

  // `name` must be one of names().
  Sample(std::string_view name, std::uint64_t seed);

  // The next message, one JSON object on one line. Lives until the next call.
  //
  // guesses: {"index":0,"points":42,"name":"Ada"}; the index counts from 0.
  std::string_view next();

 private:
  std::uint64_t random(std::uint64_t below);

  std::uint64_t state_;
  std::uint64_t index_ = 0;
  std::string line_;
};

}  // namespace sluice
