#include "prepare/broker_cell.h"

#include <fmt/format.h>

#include "base/timestamp.h"
#include "base/utf8.h"

namespace sluice {
namespace {

Cell as_text(Arena& arena, std::int64_t value) {
  char digits[24];
  const auto end = fmt::format_to(digits, "{}", value);
  return Cell::of_bytes(Cell::Kind::text,
                        arena.copy({digits, static_cast<std::size_t>(end - digits)}));
}

Cell number_cell(Arena& arena, std::int64_t value, ColumnType type) {
  return type == ColumnType::text ? as_text(arena, value) : Cell::of_integer(value);
}

// A datetime with the column's digits, cut and not refused; a text column has as many as a datetime
// has by default.
Cell time_cell(Arena& arena, EpochMs time_ms, const ColumnSpec& spec) {
  if (time_ms == no_timestamp) return Cell::null();
  if (spec.type == ColumnType::integer) return Cell::of_integer(time_ms);
  char text[longest_iso8601];
  const std::size_t size = write_iso8601(time_ms, spec.digits, text);
  return Cell::of_bytes(Cell::Kind::text, arena.copy({text, size}));
}

Cell date_cell(Arena& arena, EpochMs time_ms) {
  static const ColumnSpec as_text = ColumnType::text;
  const Cell time = time_cell(arena, time_ms, as_text);
  if (time.kind == Cell::Kind::null) return time;
  return Cell::of_bytes(Cell::Kind::text, time.view().substr(0, time.view().find('T')));
}

Cell bytes_cell(Bytes bytes, ColumnType type) {
  if (is_null(bytes)) return Cell::null();
  const bool is_text = type != ColumnType::blob && is_utf8(bytes);
  return Cell::of_bytes(is_text ? Cell::Kind::text : Cell::Kind::blob, bytes);
}

}  // namespace

Cell broker_cell(Arena& arena, const Message& message, const PartitionId& id, BrokerField field,
                 const ColumnSpec& spec) {
  switch (field) {
    case BrokerField::offset:
      return number_cell(arena, message.offset, spec.type);
    case BrokerField::partition:
      return number_cell(arena, id.partition, spec.type);
    case BrokerField::timestamp:
      return time_cell(arena, message.timestamp_ms, spec);
    case BrokerField::date:
      return date_cell(arena, message.timestamp_ms);
    case BrokerField::topic:
      return Cell::of_bytes(Cell::Kind::text, id.topic);
    case BrokerField::key:
      return bytes_cell(message.key, spec.type);
    case BrokerField::value:
      return bytes_cell(message.value, spec.type);
    case BrokerField::headers:
      return Cell::of_bytes(Cell::Kind::json, is_null(message.headers) ? "[]" : message.headers);
  }
  return Cell::missing();
}

}  // namespace sluice
