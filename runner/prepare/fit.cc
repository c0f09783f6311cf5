#include "prepare/fit.h"

#include <fmt/format.h>

#include "base/utf8.h"
#include "types/fit.h"

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
  const Cell time = time_cell(arena, time_ms, ColumnType::text);
  if (time.kind == Cell::Kind::null) return time;
  return Cell::of_bytes(Cell::Kind::text, time.view().substr(0, time.view().find('T')));
}

Cell key_cell(Bytes key, ColumnType type) {
  const bool is_text = type != ColumnType::blob && is_utf8(key);
  return is_null(key) ? Cell::null()
                      : Cell::of_bytes(is_text ? Cell::Kind::text : Cell::Kind::blob, key);
}

Cell bytes_cell(Bytes bytes, Cell::Kind kind) {
  return is_null(bytes) ? Cell::null() : Cell::of_bytes(kind, bytes);
}

// What is in the column's form before it gets here, so that fitting it again would be for nothing.
bool comes_fitted(const PlannedColumn& column) {
  if (std::holds_alternative<PlannedConstant>(column.from)) return true;
  const auto* field = std::get_if<BrokerField>(&column.from);
  return field != nullptr && *field == BrokerField::timestamp &&
         column.spec.type == ColumnType::datetime && !column.spec.bounds;
}

}  // namespace

Fitter::Fitter(const LoadPlan& plan, const std::vector<PlannedPartition>& partitions)
    : columns_(plan.table.columns) {
  for (const PlannedColumn& column : columns_) {
    const auto* constant = std::get_if<PlannedConstant>(&column.from);
    constants_.push_back(constant != nullptr ? cell_of(*constant) : Cell::missing());
    const auto& otherwise = column.spec.default_value;
    defaults_.push_back(otherwise ? cell_of(*otherwise) : Cell::missing());
    comes_fitted_.push_back(comes_fitted(column));
  }
  for (const PlannedPartition& partition : partitions) partitions_.push_back(partition.id);
}

void Fitter::fit(Batch& batch, std::uint32_t first) {
  const auto count = static_cast<std::uint32_t>(batch.messages().size());
  for (std::uint32_t message = first; message < count; ++message) {
    if (batch.messages()[message].fate == Fate::open) fit_message(batch, message);
  }
}

void Fitter::fit_message(Batch& batch, std::uint32_t message) {
  const std::span<Cell> row = batch.add_row(message);
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const PlannedColumn& column = columns_[i];
    const Cell cell = source_cell(batch, message, i);
    if (cell.is_null_or_missing()) {
      const bool missing = cell.kind == Cell::Kind::missing;
      if (missing && defaults_[i].kind != Cell::Kind::missing) {
        row[i] = defaults_[i];
        continue;
      }
      if (!column.nullable) {
        batch.drop_last_row();
        batch.reject(message, column.name,
                     missing ? "the attribute is missing, and the column is not nullable"
                             : "the value is null, and the column is not nullable");
        return;
      }
      row[i] = Cell::null();
      continue;
    }
    row[i] = comes_fitted_[i] ? cell : fit_to_type(cell, column.spec, batch.arena());
    if (row[i].kind == Cell::Kind::missing) {
      batch.drop_last_row();
      batch.reject(message, column.name, misfit_reason(cell, column.spec));
      return;
    }
  }
}

Cell Fitter::source_cell(Batch& batch, std::uint32_t message, std::size_t column) {
  const PlannedColumn& planned = columns_[column];
  if (const auto* attribute = std::get_if<std::size_t>(&planned.from)) {
    return batch.attributes(message)[*attribute];
  }
  if (const auto* field = std::get_if<BrokerField>(&planned.from)) {
    return broker_cell(batch, batch.messages()[message].record, *field, planned.spec);
  }
  return constants_[column];
}

Cell Fitter::broker_cell(Batch& batch, const Message& message, BrokerField field,
                         const ColumnSpec& spec) {
  const PartitionId& id = partitions_[message.partition];
  switch (field) {
    case BrokerField::offset:
      return number_cell(batch.arena(), message.offset, spec.type);
    case BrokerField::partition:
      return number_cell(batch.arena(), id.partition, spec.type);
    case BrokerField::timestamp:
      return time_cell(batch.arena(), message.timestamp_ms, spec);
    case BrokerField::date:
      return date_cell(batch.arena(), message.timestamp_ms);
    case BrokerField::topic:
      return Cell::of_bytes(Cell::Kind::text, id.topic);
    case BrokerField::key:
      return key_cell(message.key, spec.type);
    case BrokerField::headers:
      return is_null(message.headers) ? Cell::of_bytes(Cell::Kind::json, "[]")
                                      : bytes_cell(message.headers, Cell::Kind::json);
  }
  return Cell::missing();
}

}  // namespace sluice
