#include "prepare/fit.h"

#include <algorithm>

#include "prepare/mapped_cell.h"
#include "types/fit.h"
#include "types/plain_fit.h"

namespace sluice {
namespace {

// What is in the column's form before it gets here, so that fitting it again would be for nothing.
bool comes_fitted(const PlannedColumn& column) {
  if (std::holds_alternative<PlannedConstant>(column.from)) return true;
  const auto* field = std::get_if<BrokerField>(&column.from);
  return field != nullptr && *field == BrokerField::timestamp &&
         column.spec.type == ColumnType::datetime && !column.spec.bounds;
}

// Nothing where its value is not simply there, or bounds have to be kept.
std::optional<std::uint32_t> plain_attribute(const PlannedColumn& column) {
  const auto* attribute = std::get_if<std::size_t>(&column.from);
  if (attribute == nullptr || column.spec.bounds) return {};
  return static_cast<std::uint32_t>(column.rules_cell.value_or(*attribute));
}

void refuse(Batch& batch, std::uint32_t record, const PlannedColumn& column, Reason reason) {
  const std::uint32_t message = batch.record(record).message;
  batch.drop_rows_of(message);
  batch.reject(message, column.name, std::move(reason));
}

bool is_same_text(const Cell& a, const Cell& b) {
  return a.kind == Cell::Kind::text && b.kind == Cell::Kind::text && a.view() == b.view();
}

}  // namespace

Fitter::Fitter(const LoadPlan& plan, const std::vector<PlannedPartition>& partitions)
    : upserts_(plan.table.write_mode == WriteMode::upsert),
      tombstones_delete_(plan.table.tombstones_delete),
      key_cells_(plan.table.key_cells),
      columns_(plan.table.columns) {
  for (const PlannedColumn& column : columns_) {
    const auto* constant = std::get_if<PlannedConstant>(&column.from);
    constants_.push_back(constant != nullptr ? cell_of(*constant) : Cell::missing());
    const auto& otherwise = column.spec.default_value;
    defaults_.push_back(otherwise ? cell_of(*otherwise) : Cell::missing());
    comes_fitted_.push_back(comes_fitted(column));
    plain_.push_back({column.spec.type, plain_attribute(column)});
  }
  for (const PlannedPartition& partition : partitions) partitions_.push_back(partition.id);
}

void Fitter::fit(Batch& batch, std::uint32_t first) {
  while (first < batch.record_count()) first = fit_message(batch, first);
}

// Returns the first record of the next message.
std::uint32_t Fitter::fit_message(Batch& batch, std::uint32_t record) {
  const std::uint32_t message = batch.record(record).message;
  if (upserts_ && batch.messages()[message].fate == Fate::tombstone) fit_tombstone(batch, record);
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
  const std::span<Cell> row = batch.add_row(record);
  const std::span<const Cell> attributes = batch.attributes(record);
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const Plain& plain = plain_[i];
    if (plain.attribute && fits_plainly(attributes[*plain.attribute], plain.type, row[i])) continue;
    if (!fit_cell(batch, record, i, row[i])) return false;
  }
  return true;
}

void Fitter::fit_tombstone(Batch& batch, std::uint32_t record) {
  if (!tombstones_delete_) {
    return batch.reject(batch.record(record).message, "",
                        "is a tombstone, and the table's key, by which it would delete a row, is "
                        "not mapped to $key");
  }
  const std::span<Cell> row = batch.add_row(record);
  std::ranges::fill(row, Cell::null());
  for (const std::size_t i : key_cells_) {
    if (!fit_cell(batch, record, i, row[i])) return;
  }
}

// False where the message became a reject, and all of its rows are taken back.
bool Fitter::fit_cell(Batch& batch, std::uint32_t record, std::size_t i, Cell& fitted) {
  const PlannedColumn& column = columns_[i];
  const Cell cell = source_cell(batch, record, i);
  if (cell.is_null_or_missing()) {
    const bool missing = cell.kind == Cell::Kind::missing;
    fitted = missing && defaults_[i].kind != Cell::Kind::missing ? defaults_[i] : Cell::null();
    if (fitted.kind != Cell::Kind::null || column.nullable) return true;
    refuse(batch, record, column,
           missing ? "the attribute is missing, and the column is not nullable"
                   : "the value is null, and the column is not nullable");
    return false;
  }
  fitted = is_fitted(batch, record, i, cell) ? cell : fit_to_type(cell, column.spec, batch.arena());
  if (fitted.kind != Cell::Kind::missing) return true;
  refuse(batch, record, column, misfit_reason(cell, column.spec));
  return false;
}

Cell Fitter::source_cell(Batch& batch, std::uint32_t record, std::size_t column) {
  const auto& rules_cell = columns_[column].rules_cell;
  return rules_cell ? batch.attributes(record)[*rules_cell] : mapped(batch, record, column);
}

// What came fitted is so after rules as well, unless they changed it. Only a text may be in a form
// that its column would not take once more: a time, where the column has a format for times.
bool Fitter::is_fitted(Batch& batch, std::uint32_t record, std::size_t column, const Cell& cell) {
  if (!comes_fitted_[column]) return false;
  return !columns_[column].rules_cell || is_same_text(cell, mapped(batch, record, column));
}

Cell Fitter::mapped(Batch& batch, std::uint32_t record, std::size_t column) {
  return mapped_cell(batch, record, columns_[column], constants_[column], partitions_);
}

}  // namespace sluice
