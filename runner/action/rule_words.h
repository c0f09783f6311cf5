#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <string_view>

#include "action/rule.h"

namespace sluice {

// The words of rules, and how many values each takes. Case does not matter, and "_" is a blank:
// documents of the original spell them in several ways ("Stop_workflow").

struct ValueCount {
  static constexpr std::size_t any = std::numeric_limits<std::size_t>::max();
  std::size_t least = 0;
  std::size_t most = 0;
};

struct TestWord {
  std::string_view word;
  RuleTest test;
  bool is_negated;
  ValueCount values;
};
std::span<const TestWord> test_words();

struct ActionWord {
  std::string_view word;
  RuleAction action;
  ValueCount values;
};
std::span<const ActionWord> action_words();

// The word that a person wrote; null where there is none.
const TestWord* find_test(std::string_view written);
const ActionWord* find_action(std::string_view written);

}  // namespace sluice
