#include "sqlite/record_table.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <random>

#include "sqlite/cell_value.h"
#include "sqlite/database.h"
#include "sqlite/quote.h"
#include "sqlite/read_only_module.h"

namespace sluice {

struct RecordTable::Content {
  std::string name;
  std::vector<NamedCell> columns;
  const Batch* batch = nullptr;
  bool shows_rows = false;
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t reached_row = 0;

  // WITHOUT ROWID, so that `rowid` is a name like any other; that wants a key.
  std::string declaration() const {
    std::string list = "\"the key of the record\" HIDDEN PRIMARY KEY";
    for (const NamedCell& column : columns) list += ", " + quote_identifier(column.name);
    return fmt::format("({}) WITHOUT ROWID", list);
  }

  std::size_t last() const { return end; }
  std::size_t first() const { return wanted(begin); }
  std::size_t next(std::size_t row) const { return wanted(row + 1); }
  void reached(std::size_t row) { reached_row = row; }

  // The first one from `row` on that is to be looked at.
  std::size_t wanted(std::size_t row) const {
    while (row < end && !is_wanted(row)) ++row;
    return row;
  }
  bool is_wanted(std::size_t row) const {
    if (!shows_rows) return batch->is_open(static_cast<std::uint32_t>(row));
    return batch->messages()[batch->message_of_row(row)].fate == Fate::row;
  }

  void answer(sqlite3_context* context, std::size_t row, int column) const {
    if (column == 0) return sqlite3_result_null(context);
    const NamedCell& named = columns[static_cast<std::size_t>(column) - 1];
    if (named.of == NamedCell::Of::row) {
      const Cell& cell = batch->row(row)[named.cell];
      return named.decimal_scale ? answer_decimal(context, cell, *named.decimal_scale)
                                 : answer_reckoned(context, cell);
    }
    const auto record = shows_rows ? batch->record_of_row(row) : static_cast<std::uint32_t>(row);
    answer_reckoned(context, batch->attributes(record)[named.cell]);
  }
};

RecordTable::RecordTable(std::vector<NamedCell> columns) : content_(std::make_unique<Content>()) {
  std::random_device random;
  content_->name = fmt::format("sluice_record_{:08x}{:08x}", random(), random());
  content_->columns = std::move(columns);
}

RecordTable::~RecordTable() = default;

void RecordTable::register_with(Database& database) {
  if (sqlite3_create_module_v2(database.handle(), content_->name.c_str(),
                               ReadOnlyModule<Content>::get(), content_.get(),
                               nullptr) != SQLITE_OK) {
    database.fail();
  }
  // SQLite asks for the columns at the first use; an authorizer of later would not allow it.
  database.prepare(fmt::format("SELECT 1 FROM {}", content_->name));
}

void RecordTable::show_records(const Batch& batch, std::uint32_t first, std::uint32_t last) {
  content_->batch = &batch;
  content_->shows_rows = false;
  content_->begin = first;
  content_->end = last;
}

void RecordTable::show_rows(const Batch& batch, std::size_t first, std::size_t last) {
  content_->batch = &batch;
  content_->shows_rows = true;
  content_->begin = first;
  content_->end = last;
}

const std::string& RecordTable::name() const { return content_->name; }

std::size_t RecordTable::reached() const { return content_->reached_row; }

}  // namespace sluice
