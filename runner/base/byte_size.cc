#include "base/byte_size.h"

#include <array>
#include <charconv>
#include <limits>

namespace sluice {
namespace {

struct ByteUnit {
  std::string_view name;
  std::int64_t bytes;
};
constexpr std::array<ByteUnit, 7> byte_units = {ByteUnit{"", 1}, {"KB", 1 << 10},  {"KiB", 1 << 10},
                                                {"MB", 1 << 20}, {"MiB", 1 << 20}, {"GB", 1 << 30},
                                                {"GiB", 1 << 30}};

}  // namespace

std::optional<std::int64_t> parse_byte_size(std::string_view text) {
  // from_chars would take a sign.
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  for (const ByteUnit& unit : byte_units) {
    if (text != unit.name) continue;
    if (count > std::numeric_limits<std::int64_t>::max() / unit.bytes) return std::nullopt;
    return count * unit.bytes;
  }
  return std::nullopt;
}

}  // namespace sluice
