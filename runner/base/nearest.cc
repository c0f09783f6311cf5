#include "base/nearest.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/excerpt.h"

namespace sluice {
namespace {

// Costs are counted in half edits, because a wrong case is half of one.
constexpr std::size_t edit = 2;

char lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

std::size_t replace_cost(char from, char to) {
  if (from == to) return 0;
  return lower(from) == lower(to) ? 1 : edit;
}

// Optimal string alignment: Levenshtein's distance where neighbours may be swapped as well.
std::size_t distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> before_last(to.size() + 1);
  std::vector<std::size_t> last(to.size() + 1);
  std::vector<std::size_t> now(to.size() + 1);
  for (std::size_t j = 0; j <= to.size(); ++j) last[j] = j * edit;
  for (std::size_t i = 1; i <= from.size(); ++i) {
    now[0] = i * edit;
    for (std::size_t j = 1; j <= to.size(); ++j) {
      now[j] = std::min(
          {last[j] + edit, now[j - 1] + edit, last[j - 1] + replace_cost(from[i - 1], to[j - 1])});
      if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1]) {
        now[j] = std::min(now[j], before_last[j - 2] + edit);
      }
    }
    std::swap(before_last, last);
    std::swap(last, now);
  }
  return last[to.size()];
}

bool same_but_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char left, char right) { return lower(left) == lower(right); });
}

std::size_t difference(std::size_t a, std::size_t b) { return a < b ? b - a : a - b; }

}  // namespace

std::string nearest(std::string_view word, std::span<const std::string> candidates) {
  const std::size_t most = word.size() * edit / 3;
  const std::string* best = nullptr;
  std::size_t best_cost = 0;
  for (const std::string& candidate : candidates) {
    const bool only_case = same_but_case(word, candidate);
    if (!only_case && difference(word.size(), candidate.size()) * edit > most) continue;
    const std::size_t cost = distance(word, candidate);
    if (!only_case && cost > most) continue;
    if (best != nullptr && cost >= best_cost) continue;
    best = &candidate;
    best_cost = cost;
  }
  return best == nullptr ? std::string() : *best;
}

std::string did_you_mean(std::string_view word, std::span<const std::string> candidates) {
  const std::string meant = nearest(word, candidates);
  if (meant.empty()) return "";
  return fmt::format(" (did you mean \"{}\"?)", excerpt(meant));
}

}  // namespace sluice
