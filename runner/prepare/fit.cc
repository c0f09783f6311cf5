#include "prepare/fit.h"

#include <fmt/format.h>

#include "base/utf8.h"
#include "prepare/column_fit.h"

namespace sluice {
namespace {

Cell cell_of(const PlannedConstant& constant) {
  struct Visitor {
    Cell operator()(std::monostate) const { return Cell::null(); }
    Cell operator()(std::int64_t value) const { return Cell::of_integer(value); }
    Cell operator()(double value) const { return Cell::of_real(value); }
    Cell operator()(const std::string& value) const {
      return Cell::of_bytes(Cell::Kind::text, value);
    }
  };
  return std::visit(Visitor(), constant);
}

Cell as_text(Arena& arena, std::int64_t value) {
  char digits[24];
  const auto end = fmt::format_to(digits, "{}", value);
  return Cell::of_bytes(Cell::Kind::text,
                        arena.copy({digits, static_cast<std::size_t>(end - digits)}));
}

Cell number_cell(Arena& arena, std::int64_t value, ColumnType type) {
  return type == ColumnType::text ? as_text(arena, value) : Cell::of_integer(value);
}

constexpr int timestamp_digits = 6;
constexpr std::size_t date_size = 10;

Cell time_cell(Arena& arena, EpochMs time_ms, ColumnType type) {
  if (time_ms == no_timestamp) return Cell::null();
  if (type != ColumnType::text) return Cell::of_integer(time_ms);
  char text[longest_iso8601];
  const std::size_t size = write_iso8601(time_ms, timestamp_digits, text);
  return Cell::of_bytes(Cell::Kind::text, arena.copy({text, size}));
}

Cell bytes_cell(Bytes bytes, Cell::Kind kind) {
  return is_null(bytes) ? Cell::null() : Cell::of_bytes(kind, bytes);
}

}  // namespace

Fitter::Fitter(const LoadPlan& plan, const std::vector<PlannedPartition>& partitions)
    : columns_(plan.table.columns) {
  for (const PlannedColumn& column : columns_) {
    const auto* constant = std::get_if<PlannedConstant>(&column.from);
    constants_.push_back(constant != nullptr ? cell_of(*constant) : Cell::missing());
  }
  for (const PlannedPartition& partition : partitions) partitions_.push_back(partition.id);
}

void Fitter::fit(Batch& batch, std::uint32_t first) {
  while (first < batch.record_count()) first = fit_message(batch, first);
}

// Returns the first record of the next message.
std::uint32_t Fitter::fit_message(Batch& batch, std::uint32_t record) {
  const std::uint32_t message = batch.record(record).message;
  bool is_open = batch.messages()[message].fate == Fate::open;
  for (; record < batch.record_count() && batch.record(record).message == message; ++record) {
    if (is_open && !batch.record(record).is_filtered) is_open = fit_record(batch, record);
  }
  Fate& fate = batch.messages()[message].fate;
  if (fate == Fate::open) fate = Fate::filtered;
  return record;
}

// False where the message became a reject.
bool Fitter::fit_record(Batch& batch, std::uint32_t record) {
  const std::uint32_t message = batch.record(record).message;
  const std::span<Cell> row = batch.add_row(record);
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const PlannedColumn& column = columns_[i];
    const Cell cell = source_cell(batch, record, i);
    if (cell.is_null_or_missing()) {
      if (!column.nullable) {
        const bool missing = cell.kind == Cell::Kind::missing;
        batch.drop_rows_of(message);
        batch.reject(message, column.name,
                     missing ? "the attribute is missing, and the column is not nullable"
                             : "the value is null, and the column is not nullable");
        return false;
      }
      row[i] = Cell::null();
      continue;
    }
    // A constant was fitted when the plan was made.
    row[i] = std::holds_alternative<PlannedConstant>(column.from) ? cell
                                                                  : fit_to_type(cell, column.type);
    if (row[i].kind == Cell::Kind::missing) {
      batch.drop_rows_of(message);
      batch.reject(message, column.name, misfit_reason(cell, column.type));
      return false;
    }
  }
  return true;
}

Cell Fitter::source_cell(Batch& batch, std::uint32_t record, std::size_t column) {
  const PlannedColumn& planned = columns_[column];
  if (const auto* attribute = std::get_if<std::size_t>(&planned.from)) {
    return batch.attributes(record)[*attribute];
  }
  if (const auto* field = std::get_if<BrokerField>(&planned.from)) {
    return broker_cell(batch, batch.messages()[batch.record(record).message].record, *field,
                       planned.type);
  }
  return constants_[column];
}

Cell Fitter::broker_cell(Batch& batch, const Message& message, BrokerField field, ColumnType type) {
  const PartitionId& id = partitions_[message.partition];
  switch (field) {
    case BrokerField::offset:
      return number_cell(batch.arena(), message.offset, type);
    case BrokerField::partition:
      return number_cell(batch.arena(), id.partition, type);
    case BrokerField::timestamp:
      return time_cell(batch.arena(), message.timestamp_ms, type);
    case BrokerField::date: {
      const Cell time = time_cell(batch.arena(), message.timestamp_ms, ColumnType::text);
      if (time.kind == Cell::Kind::null) return time;
      return Cell::of_bytes(Cell::Kind::text, time.view().substr(0, date_size));
    }
    case BrokerField::topic:
      return Cell::of_bytes(Cell::Kind::text, id.topic);
    case BrokerField::key:
      return bytes_cell(message.key, is_utf8(message.key) ? Cell::Kind::text : Cell::Kind::blob);
    case BrokerField::value:
      return bytes_cell(message.value,
                        is_utf8(message.value) ? Cell::Kind::text : Cell::Kind::blob);
    case BrokerField::headers:
      return is_null(message.headers) ? Cell::of_bytes(Cell::Kind::json, "[]")
                                      : bytes_cell(message.headers, Cell::Kind::json);
  }
  return Cell::missing();
}

}  // namespace sluice
