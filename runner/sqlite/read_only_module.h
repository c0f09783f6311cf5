#pragma once

#include <sqlite3.h>

#include <memory>
#include <string>

namespace sluice {

// What every table of ours that SQLite only reads has in common: an eponymous virtual table
// (https://www.sqlite.org/vtab.html#eponymous_virtual_tables), which exists on its connection only
// and leaves no trace in the file. Triggers and views cannot reach it.
//
// `Content` is what the table shows; it outlives the connection and has
//   std::string declaration() const                        as behind CREATE TABLE x: "(a, b)"
//   std::size_t first() const, last() const                the rows: first to last (exclusive)
//   std::size_t next(std::size_t row) const                the row behind this one
//   void answer(sqlite3_context*, std::size_t row, int column)
//   void reached(std::size_t row)                          told where a scan stands
template <class Content>
class ReadOnlyModule {
 public:
  static const sqlite3_module* get() {
    static const sqlite3_module module = make();
    return &module;
  }

 private:
  // SQLite allocates nothing of these; a derived struct is how it lets a module add fields.
  struct Table : sqlite3_vtab {
    Content* content = nullptr;
  };
  struct Cursor : sqlite3_vtab_cursor {
    Content* content = nullptr;
    std::size_t row = 0;
  };

  static Cursor& cursor_of(sqlite3_vtab_cursor* cursor) { return *static_cast<Cursor*>(cursor); }

  static int connect(sqlite3* connection, void* content, int, const char* const*,
                     sqlite3_vtab** result, char**) {
    auto* shown = static_cast<Content*>(content);
    const std::string declaration = "CREATE TABLE x" + shown->declaration();
    const int code = sqlite3_declare_vtab(connection, declaration.c_str());
    if (code != SQLITE_OK) return code;
    sqlite3_vtab_config(connection, SQLITE_VTAB_DIRECTONLY);
    auto table = std::make_unique<Table>();
    table->content = shown;
    *result = table.release();
    return SQLITE_OK;
  }

  static int disconnect(sqlite3_vtab* table) {
    delete static_cast<Table*>(table);
    return SQLITE_OK;
  }

  static int best_index(sqlite3_vtab* table, sqlite3_index_info* info) {
    const Content& content = *static_cast<Table*>(table)->content;
    info->estimatedRows = static_cast<sqlite3_int64>(content.last() - content.first());
    info->estimatedCost = static_cast<double>(info->estimatedRows);
    return SQLITE_OK;
  }

  static int open(sqlite3_vtab* table, sqlite3_vtab_cursor** result) {
    auto cursor = std::make_unique<Cursor>();
    cursor->content = static_cast<Table*>(table)->content;
    *result = cursor.release();
    return SQLITE_OK;
  }

  static int close(sqlite3_vtab_cursor* cursor) {
    delete static_cast<Cursor*>(cursor);
    return SQLITE_OK;
  }

  static int filter(sqlite3_vtab_cursor* raw, int, const char*, int, sqlite3_value**) {
    Cursor& cursor = cursor_of(raw);
    cursor.row = cursor.content->first();
    cursor.content->reached(cursor.row);
    return SQLITE_OK;
  }

  static int next(sqlite3_vtab_cursor* raw) {
    Cursor& cursor = cursor_of(raw);
    cursor.row = cursor.content->next(cursor.row);
    cursor.content->reached(cursor.row);
    return SQLITE_OK;
  }

  static int eof(sqlite3_vtab_cursor* raw) {
    const Cursor& cursor = cursor_of(raw);
    return cursor.row >= cursor.content->last() ? 1 : 0;
  }

  static int column(sqlite3_vtab_cursor* raw, sqlite3_context* context, int index) {
    const Cursor& cursor = cursor_of(raw);
    cursor.content->answer(context, cursor.row, index);
    return SQLITE_OK;
  }

  static int row_id(sqlite3_vtab_cursor* raw, sqlite3_int64* result) {
    *result = static_cast<sqlite3_int64>(cursor_of(raw).row);
    return SQLITE_OK;
  }

  static sqlite3_module make() {
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
};

}  // namespace sluice
