#include "action/rule_words.h"

#include <algorithm>

#include "base/ascii_case.h"

namespace sluice {
namespace {

constexpr std::size_t any = ValueCount::any;

constexpr TestWord tests[] = {
    {"ALL", RuleTest::all, false, {0, 0}},
    {"EQUAL", RuleTest::equal, false, {1, 1}},
    {"NOT EQUAL", RuleTest::equal, true, {1, 1}},
    {"IN", RuleTest::in, false, {1, any}},
    {"NOT IN", RuleTest::in, true, {1, any}},
    {"LT", RuleTest::less, false, {1, 1}},
    {"LTE", RuleTest::less_or_equal, false, {1, 1}},
    {"GT", RuleTest::greater, false, {1, 1}},
    {"GTE", RuleTest::greater_or_equal, false, {1, 1}},
    {"REGEXP", RuleTest::regexp, false, {1, 1}},
    {"NOT REGEXP", RuleTest::regexp, true, {1, 1}},
    {"BETWEEN", RuleTest::between, false, {2, 2}},
    {"NOT BETWEEN", RuleTest::between, true, {2, 2}},
    {"AND", RuleTest::and_, false, {1, any}},
    {"OR", RuleTest::or_, false, {1, any}},
    {"IS NULL", RuleTest::is_null, false, {0, 0}},
    {"IS NOT NULL", RuleTest::is_null, true, {0, 0}},
    {"IS INT", RuleTest::is_integer, false, {0, 0}},
    {"IS NOT INT", RuleTest::is_integer, true, {0, 0}},
    {"IS DATE", RuleTest::is_date, false, {0, 1}},
    {"IS NOT DATE", RuleTest::is_date, true, {0, 1}},
    {"IS DEC", RuleTest::is_decimal, false, {0, 0}},
    {"IS NOT DEC", RuleTest::is_decimal, true, {0, 0}},
    {"IS NUM", RuleTest::is_number, false, {0, 0}},
    {"IS NOT NUM", RuleTest::is_number, true, {0, 0}},
};

constexpr ActionWord actions[] = {
    {"keep", RuleAction::keep, {0, 0}},
    {"skip", RuleAction::skip, {0, 0}},
    {"default", RuleAction::set, {1, 1}},
    {"replace", RuleAction::replace, {1, 2}},
    {"regexp_replace", RuleAction::regexp_replace, {2, 2}},
    {"substring", RuleAction::substring, {1, 2}},
    {"substr", RuleAction::substring, {1, 2}},
    {"date_replace", RuleAction::date_replace, {2, 2}},
    {"add", RuleAction::add, {1, any}},
    {"sub", RuleAction::subtract, {1, any}},
    {"mul", RuleAction::multiply, {1, any}},
    {"div", RuleAction::divide, {1, any}},
    {"mod", RuleAction::modulo, {1, any}},
    {"concat", RuleAction::concat, {1, any}},
    {"ceil", RuleAction::ceil, {0, 0}},
    {"floor", RuleAction::floor, {0, 0}},
    {"split", RuleAction::split, {1, 1}},
    {"disaggregate", RuleAction::split, {1, 1}},
    {"action_error", RuleAction::fail, {0, 0}},
    {"stop_workflow", RuleAction::stop, {0, 0}},
};

bool is_same_word(std::string_view a, std::string_view b) {
  const auto plain = [](char c) { return c == '_' ? ' ' : folded(c); };
  return std::ranges::equal(a, b, [&](char x, char y) { return plain(x) == plain(y); });
}

template <class Word>
const Word* find(std::span<const Word> words, std::string_view written) {
  const auto found = std::ranges::find_if(
      words, [&](const Word& word) { return is_same_word(word.word, written); });
  return found == words.end() ? nullptr : &*found;
}

}  // namespace

std::span<const TestWord> test_words() { return tests; }
std::span<const ActionWord> action_words() { return actions; }

const TestWord* find_test(std::string_view written) { return find(test_words(), written); }
const ActionWord* find_action(std::string_view written) { return find(action_words(), written); }

}  // namespace sluice
