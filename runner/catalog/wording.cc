#include "catalog/wording.h"

#include <fmt/format.h>

#include "base/excerpt.h"
#include "base/nearest.h"

namespace sluice {
namespace {

constexpr std::size_t few = 10;

}  // namespace

std::string in_quotes(std::string_view name) { return fmt::format("\"{}\"", excerpt(name)); }

std::string suggestion(std::string_view word, std::span<const std::string> candidates) {
  std::string near = did_you_mean(word, candidates);
  if (!near.empty() || candidates.empty() || candidates.size() > few) return near;
  std::string known = "; known: ";
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    known.append(i == 0 ? "" : ", ").append(excerpt(candidates[i]));
  }
  return known;
}

}  // namespace sluice
