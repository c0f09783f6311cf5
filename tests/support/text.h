#pragma once

#include <string>
#include <string_view>

namespace sluice::test {

inline bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// Every byte of a file; empty where there is none.
std::string content_of(const std::string& path);

// What the program logged, without its warnings that a broker takes its time to answer: a busy
// machine makes it say so anywhere.
std::string without_waits(const std::string& log);

}  // namespace sluice::test
