#include "data/path.h"

#include <fmt/format.h>

namespace sluice {

std::string notation(const Path& path) {
  std::string text;
  for (const PathStep& step : path) {
    if (!text.empty()) text += " > ";
    text += step.index ? fmt::format("{}", *step.index) : step.key;
  }
  return text;
}

}  // namespace sluice
