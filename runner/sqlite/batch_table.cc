#include "sqlite/batch_table.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <utility>

#include "sqlite/database.h"

namespace sluice {

struct BatchTable::Content {
  std::size_t columns = 0;
  std::vector<BatchOrigin> origins;
  const Batch* batch = nullptr;
  std::size_t first = 0;
  std::size_t last = 0;
};

namespace {

// SQLite allocates nothing of these; a derived struct is how it lets a module add fields.
struct VirtualTable : sqlite3_vtab {
  const BatchTable::Content* content = nullptr;
};

struct Cursor : sqlite3_vtab_cursor {
  const BatchTable::Content* content = nullptr;
  std::size_t row = 0;
  const Cell* cells = nullptr;
};

enum Origin { source, topic, generation, partition, offset };

Cursor& cursor_of(sqlite3_vtab_cursor* cursor) { return *static_cast<Cursor*>(cursor); }

void load_cells(Cursor& cursor) {
  if (cursor.row < cursor.content->last) {
    cursor.cells = cursor.content->batch->row(cursor.row).data();
  }
}

std::string numbered_columns(std::size_t columns) {
  std::string list;
  for (std::size_t i = 0; i < columns; ++i) list += fmt::format("{}c{}", i == 0 ? "" : ", ", i);
  return list;
}

int connect(sqlite3* connection, void* content, int, const char* const*, sqlite3_vtab** result,
            char**) {
  const auto* shown = static_cast<const BatchTable::Content*>(content);
  const std::string declaration = fmt::format(
      "CREATE TABLE x({}, {})", numbered_columns(shown->columns), BatchTable::origin_columns());
  const int code = sqlite3_declare_vtab(connection, declaration.c_str());
  if (code != SQLITE_OK) return code;
  sqlite3_vtab_config(connection, SQLITE_VTAB_DIRECTONLY);
  auto table = std::make_unique<VirtualTable>();
  table->content = shown;
  *result = table.release();
  return SQLITE_OK;
}

int disconnect(sqlite3_vtab* table) {
  delete static_cast<VirtualTable*>(table);
  return SQLITE_OK;
}

int best_index(sqlite3_vtab* table, sqlite3_index_info* info) {
  const auto& content = *static_cast<VirtualTable*>(table)->content;
  info->estimatedRows = static_cast<sqlite3_int64>(content.last - content.first);
  info->estimatedCost = static_cast<double>(info->estimatedRows);
  return SQLITE_OK;
}

int open(sqlite3_vtab* table, sqlite3_vtab_cursor** result) {
  auto cursor = std::make_unique<Cursor>();
  cursor->content = static_cast<VirtualTable*>(table)->content;
  *result = cursor.release();
  return SQLITE_OK;
}

int close(sqlite3_vtab_cursor* cursor) {
  delete static_cast<Cursor*>(cursor);
  return SQLITE_OK;
}

int filter(sqlite3_vtab_cursor* raw, int, const char*, int, sqlite3_value**) {
  Cursor& cursor = cursor_of(raw);
  cursor.row = cursor.content->first;
  load_cells(cursor);
  return SQLITE_OK;
}

int next(sqlite3_vtab_cursor* raw) {
  Cursor& cursor = cursor_of(raw);
  ++cursor.row;
  load_cells(cursor);
  return SQLITE_OK;
}

int eof(sqlite3_vtab_cursor* raw) {
  const Cursor& cursor = cursor_of(raw);
  return cursor.row >= cursor.content->last ? 1 : 0;
}

int row_id(sqlite3_vtab_cursor* raw, sqlite3_int64* result) {
  *result = static_cast<sqlite3_int64>(cursor_of(raw).row);
  return SQLITE_OK;
}

// A null pointer would be NULL, and an empty text is none.
const char* address_of(std::string_view bytes) { return bytes.empty() ? "" : bytes.data(); }

void answer_text(sqlite3_context* context, std::string_view text) {
  sqlite3_result_text64(context, address_of(text), text.size(), SQLITE_STATIC, SQLITE_UTF8);
}

void answer(sqlite3_context* context, const Cell& cell) {
  switch (cell.kind) {
    case Cell::Kind::missing:
    case Cell::Kind::null:
      return sqlite3_result_null(context);
    case Cell::Kind::boolean:
    case Cell::Kind::integer:
      return sqlite3_result_int64(context, cell.integer);
    case Cell::Kind::real:
      return sqlite3_result_double(context, cell.real);
    case Cell::Kind::number:
    case Cell::Kind::text:
    case Cell::Kind::json:
      return answer_text(context, cell.view());
    case Cell::Kind::blob:
      return sqlite3_result_blob64(context, address_of(cell.view()), cell.size, SQLITE_STATIC);
  }
}

void answer_origin(sqlite3_context* context, const Cursor& cursor, Origin wanted) {
  const Batch& batch = *cursor.content->batch;
  const Message& message = batch.messages()[batch.message_of_row(cursor.row)].record;
  const BatchOrigin& origin = cursor.content->origins[message.partition];
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
  }
}

int column(sqlite3_vtab_cursor* raw, sqlite3_context* context, int index) {
  const Cursor& cursor = cursor_of(raw);
  const int cells = static_cast<int>(cursor.content->columns);
  if (index < cells) {
    answer(context, cursor.cells[index]);
  } else {
    answer_origin(context, cursor, static_cast<Origin>(index - cells));
  }
  return SQLITE_OK;
}

sqlite3_module make_module() {
  sqlite3_module module{};  // xCreate stays null: eponymous only
  module.xConnect = connect;
  module.xBestIndex = best_index;
  module.xDisconnect = disconnect;
  module.xOpen = open;
  module.xClose = close;
  module.xFilter = filter;
  module.xNext = next;
  module.xEof = eof;
  module.xColumn = column;
  module.xRowid = row_id;
  return module;
}

const sqlite3_module batch_module = make_module();

}  // namespace

BatchTable::BatchTable(std::size_t columns) : content_(std::make_unique<Content>()) {
  content_->columns = columns;
}

BatchTable::~BatchTable() = default;

void BatchTable::register_with(Database& database) {
  if (sqlite3_create_module_v2(database.handle(), "sluice_batch", &batch_module, content_.get(),
                               nullptr) != SQLITE_OK) {
    database.fail();
  }
}

void BatchTable::set_origins(std::vector<BatchOrigin> origins) {
  content_->origins = std::move(origins);
}

void BatchTable::show(const Batch& batch, std::size_t first, std::size_t last) {
  content_->batch = &batch;
  content_->first = first;
  content_->last = last;
}

std::string BatchTable::cell_columns() const { return numbered_columns(content_->columns); }

std::string BatchTable::origin_columns() {
  return "origin_source, origin_topic, origin_generation, origin_partition, origin_offset";
}

}  // namespace sluice
