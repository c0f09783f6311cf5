#include <fmt/format.h>

#include "source/samples/draft.h"

namespace sluice {
namespace {

constexpr std::string_view adjectives[] = {"grey", "young", "sleepy", "loud", "curious", "small"};
constexpr std::string_view animals[] = {"herons", "otters", "foxes", "gulls", "cats", "hares"};
constexpr std::string_view verbs[] = {"wait", "sing", "sleep", "dance", "argue", "listen"};
constexpr std::string_view adverbs[] = {"quietly", "again", "today", "together", "often", "late"};
constexpr std::string_view first_places[] = {"under the bridge", "near the harbour",
                                             "behind the mill", "across the field"};
constexpr std::string_view second_places[] = {"after the rain", "before the storm",
                                              "without a sound", "until the morning"};

constexpr std::uint64_t fewest_words = 3;
constexpr std::uint64_t most_words = 10;

}  // namespace

// "The herons wait" and what fills it up: a place and a time have three words each, an adjective
// and an adverb one. A number takes the place of the article.
void make_sentence(SampleDraft& draft) {
  SampleRandom& random = draft.random;
  const auto words = fewest_words + random.below(most_words - fewest_words + 1);
  const bool has_number = random.below(3) == 0;
  const auto number = random.below(98) + 2;
  const auto& adjective = random.one_of(adjectives);
  const auto& animal = random.one_of(animals);
  const auto& verb = random.one_of(verbs);
  const auto& adverb = random.one_of(adverbs);
  const auto& first_place = random.one_of(first_places);
  const auto& second_place = random.one_of(second_places);

  const auto more = words - fewest_words;
  std::string& text = draft.value;
  const auto add = [&text](std::string_view word) { (text += ' ') += word; };
  text = has_number ? std::to_string(number) : "The";
  if (more % 3 == 2) add(adjective);
  add(animal);
  add(verb);
  if (more % 3 >= 1) add(adverb);
  if (more >= 3) add(first_place);
  if (more >= 6) add(second_place);
  text += '.';
}

}  // namespace sluice
