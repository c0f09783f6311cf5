#include "support/cells.h"

#include <fmt/format.h>

namespace sluice::test {
namespace {

std::string text_of(const Cell& cell) {
  switch (cell.kind) {
    case Cell::Kind::missing:
      return "-";
    case Cell::Kind::null:
      return "null";
    case Cell::Kind::boolean:
      return cell.integer != 0 ? "true" : "false";
    case Cell::Kind::number:
    case Cell::Kind::json:
      return std::string(cell.view());
    case Cell::Kind::text:
      return fmt::format("'{}'", cell.view());
    case Cell::Kind::integer:
      return fmt::format("#{}", cell.integer);
    case Cell::Kind::real:
      return fmt::format("~{}", cell.real);
    case Cell::Kind::blob:
      return fmt::format("{} bytes", cell.size);
  }
  return "?";
}

}  // namespace

std::string line_of(std::span<const Cell> cells) {
  std::string line;
  for (const Cell& cell : cells) line += (line.empty() ? "" : " ") + text_of(cell);
  return line;
}

}  // namespace sluice::test
