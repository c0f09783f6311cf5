#include "prepare/broker_cell.h"

#include "base/timestamp.h"
#include "base/utf8.h"

namespace sluice {
namespace {

constexpr int timestamp_digits = 6;
constexpr std::size_t date_size = 10;

Cell bytes_cell(Bytes bytes) {
  if (is_null(bytes)) return Cell::null();
  return Cell::of_bytes(is_utf8(bytes) ? Cell::Kind::text : Cell::Kind::blob, bytes);
}

Cell time_cell(Arena& arena, EpochMs time_ms, bool is_date) {
  if (time_ms == no_timestamp) return Cell::null();
  char text[longest_iso8601];
  const std::size_t size = write_iso8601(time_ms, timestamp_digits, text);
  return Cell::of_bytes(Cell::Kind::text, arena.copy({text, is_date ? date_size : size}));
}

}  // namespace

Cell broker_cell(Arena& arena, const Message& message, const PartitionId& id, BrokerField field) {
  switch (field) {
    case BrokerField::offset:
      return Cell::of_integer(message.offset);
    case BrokerField::partition:
      return Cell::of_integer(id.partition);
    case BrokerField::timestamp:
      return time_cell(arena, message.timestamp_ms, false);
    case BrokerField::date:
      return time_cell(arena, message.timestamp_ms, true);
    case BrokerField::topic:
      return Cell::of_bytes(Cell::Kind::text, id.topic);
    case BrokerField::key:
      return bytes_cell(message.key);
    case BrokerField::value:
      return bytes_cell(message.value);
    case BrokerField::headers:
      return Cell::of_bytes(Cell::Kind::json, is_null(message.headers) ? "[]" : message.headers);
  }
  return Cell::null();
}

}  // namespace sluice
