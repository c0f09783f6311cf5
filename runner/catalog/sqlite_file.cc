#include "catalog/sqlite_file.h"

#include <fmt/format.h>

#include <bit>

#include "base/byte_size.h"

namespace sluice {
namespace {

// A whole number, as bytes where it has a unit; `fits` says which ones are right.
template <class Number>
void read_number(YamlReader& reader, const YamlMap& map, const char* key, const char* wanted,
                 bool (*fits)(std::int64_t), Number& into) {
  const auto* value = map.find(key);
  if (value == nullptr) return;
  const auto text = reader.text(*value, key);
  if (!text) return;
  const auto number = parse_byte_size(text->value);
  if (number && fits(*number)) {
    into = *number;
  } else {
    reader.problem(value->place, fmt::format("{} must be {}, not {}", key, wanted, text->shown));
  }
}

bool is_page_size(std::int64_t bytes) {
  return bytes >= 512 && bytes <= 65536 && std::has_single_bit(static_cast<std::uint64_t>(bytes));
}

bool is_cache_size(std::int64_t bytes) {
  return bytes >= 64 << 10 && bytes <= std::int64_t{1} << 40;
}

bool is_page_count(std::int64_t pages) { return pages >= 1 && pages <= INT32_MAX; }

}  // namespace

SqliteSettings read_sqlite(YamlReader& reader, const YamlValue& value) {
  SqliteSettings settings;
  const YamlMap map = reader.map(value, "sqlite", sqlite_keys);
  read_number(reader, map, "page_size", "a power of two from 512 to 65536", is_page_size,
              settings.page_size);
  read_number(reader, map, "cache_size", "a size such as 64MB, at least 64KB", is_cache_size,
              settings.cache_bytes);
  read_number(reader, map, "wal_autocheckpoint", "a number of pages, 1 or more", is_page_count,
              settings.wal_autocheckpoint);
  return settings;
}

}  // namespace sluice
