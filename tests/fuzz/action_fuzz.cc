// Any bytes are an action, or problems that have a place: never both, never neither, and their
// text can be written.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "action/parse_action.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

// The first line may be an override, so that those are tried as well.
std::vector<sluice::Override> take_override(std::string& text) {
  const std::size_t end = text.find('\n');
  const std::size_t equals = text.find('=');
  if (end == std::string::npos || equals >= end) return {};
  sluice::Override change{text.substr(0, equals), text.substr(equals + 1, end - equals - 1)};
  text.erase(0, end + 1);
  return {std::move(change)};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string text(data, data + size);
  const auto overrides = take_override(text);
  const auto document =
      std::make_shared<const sluice::SourceText>(sluice::SourceText{"fuzz.json", std::move(text)});
  sluice::Problems problems;
  const auto action = sluice::parse_action(document, overrides, problems);
  const bool is_whole = action && !action->is_partial;
  require(is_whole != problems.any());
  for (const sluice::Problem& problem : problems.errors()) {
    require(problem.place.document != nullptr && problem.place.line > 0);
    require(!problem.message.empty());
  }
  require(problems.text().empty() == is_whole);
  if (is_whole) require(!action->load_from.empty() && !action->load_to.item.empty());
  return 0;
}
