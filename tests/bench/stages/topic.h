#pragma once

#include <cstdint>
#include <string>

#include "bench/stages/stopwatch.h"

namespace sluice::bench {

struct Consumed {
  std::int64_t messages = 0;
  Took took;  // from the first fetch on: connecting is not measured
};

// Reads a topic from its beginning to the end that it has now, with the project's own source, and
// does nothing with the messages. Throws what Source throws.
Consumed consume(const std::string& servers, const std::string& topic);

// How many messages a topic holds; 0 where it does not exist.
std::int64_t message_count(const std::string& servers, const std::string& topic);

}  // namespace sluice::bench
