#include "sqlite/batch_table.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <utility>

#include "sqlite/cell_value.h"
#include "sqlite/database.h"
#include "sqlite/read_only_module.h"

namespace sluice {

namespace {

enum Origin { source, topic, generation, partition, offset, element, timestamp };

std::string numbered_columns(std::size_t columns) {
  std::string list;
  for (std::size_t i = 0; i < columns; ++i) {
    list += (i == 0 ? "" : ", ") + BatchTable::cell_column(i);
  }
  return list;
}

}  // namespace

struct BatchTable::Content {
  std::size_t columns = 0;
  std::vector<BatchOrigin> origins;
  const Batch* batch = nullptr;
  const std::uint32_t* order = nullptr;  // null: as they stand in the batch
  std::size_t first_row = 0;
  std::size_t last_row = 0;

  std::string declaration() const {
    return fmt::format("({}, {}, origin_timestamp)", numbered_columns(columns),
                       origin_columns(true));
  }
  std::size_t first() const { return first_row; }
  std::size_t last() const { return last_row; }
  std::size_t next(std::size_t row) const { return row + 1; }
  void reached(std::size_t) {}

  void answer(sqlite3_context* context, std::size_t number, int column) const {
    const std::size_t row = order == nullptr ? number : order[number];
    const auto cells = static_cast<int>(columns);
    if (column < cells) {
      answer_stored(context, batch->row(row)[static_cast<std::size_t>(column)]);
    } else {
      answer_origin(context, row, static_cast<Origin>(column - cells));
    }
  }

  void answer_origin(sqlite3_context* context, std::size_t row, Origin wanted) const {
    const Message& message = batch->messages()[batch->message_of_row(row)].record;
    const BatchOrigin& origin = origins[message.partition];
    switch (wanted) {
      case Origin::source:
        return answer_text(context, origin.source);
      case Origin::topic:
        return answer_text(context, origin.topic);
      case Origin::generation:
        return sqlite3_result_int64(context, origin.generation);
      case Origin::partition:
        return sqlite3_result_int64(context, origin.partition);
      case Origin::offset:
        return sqlite3_result_int64(context, message.offset);
      case Origin::element:
        return sqlite3_result_int64(context, batch->element_of_row(row));
      case Origin::timestamp:
        if (message.timestamp_ms == no_timestamp) return sqlite3_result_null(context);
        return sqlite3_result_int64(context, message.timestamp_ms);
    }
  }
};

BatchTable::BatchTable(std::size_t columns) : content_(std::make_unique<Content>()) {
  content_->columns = columns;
}

BatchTable::~BatchTable() = default;

void BatchTable::register_with(Database& database) {
  if (sqlite3_create_module_v2(database.handle(), "sluice_batch", ReadOnlyModule<Content>::get(),
                               content_.get(), nullptr) != SQLITE_OK) {
    database.fail();
  }
}

void BatchTable::set_origins(std::vector<BatchOrigin> origins) {
  content_->origins = std::move(origins);
}

void BatchTable::show(const Batch& batch, std::size_t first, std::size_t last) {
  content_->batch = &batch;
  content_->order = nullptr;
  content_->first_row = first;
  content_->last_row = last;
}

void BatchTable::show(const Batch& batch, std::span<const std::uint32_t> rows) {
  show(batch, 0, rows.size());
  content_->order = rows.data();
}

std::string BatchTable::cell_columns() const { return numbered_columns(content_->columns); }

std::string BatchTable::cell_column(std::size_t cell) { return fmt::format("c{}", cell); }

std::string BatchTable::compared_cell(std::size_t cell) {
  return "+sluice_batch." + cell_column(cell);
}

std::string BatchTable::origin_columns(bool with_element) {
  std::string list =
      "origin_source, origin_topic, origin_generation, origin_partition, origin_offset";
  if (with_element) list += ", origin_element";
  return list;
}

}  // namespace sluice
