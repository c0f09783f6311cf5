#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sluice {

// One step down a JSON value: the key of an object's member, or the number of an array's element,
// counted from 0.
struct PathStep {
  PathStep(std::string member) : key(std::move(member)) {}
  PathStep(const char* member) : key(member) {}
  PathStep(std::uint32_t element) : index(element) {}

  std::string key;  // empty where it is an index (and may be empty where it is not)
  std::optional<std::uint32_t> index;

  bool operator==(const PathStep&) const = default;
};

// From the root of a message down.
using Path = std::vector<PathStep>;

// "origin > tags > 0", as people are told.
std::string notation(const Path& path);

}  // namespace sluice
