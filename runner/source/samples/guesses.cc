#include <fmt/format.h>

#include "source/samples/draft.h"

namespace sluice {
namespace {

constexpr std::string_view players[] = {"Ada",   "Béla", "Chloé",  "Daniel", "Emma", "Farid",
                                        "Grete", "Hana", "Ingrid", "Jan",    "Kofi", "Lena",
                                        "Mira",  "Noor", "Oskar",  "Priya"};

}  // namespace

void make_guess(SampleDraft& draft) {
  const auto points = draft.random.below(101);
  const auto& name = draft.random.one_of(players);
  fmt::format_to(std::back_inserter(draft.value), R"({{"index":{},"points":{},"name":"{}"}})",
                 draft.index, points, name);
}

}  // namespace sluice
