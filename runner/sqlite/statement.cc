#include "sqlite/statement.h"

#include <sqlite3.h>

#include "base/utf8.h"
#include "sqlite/database.h"

namespace sluice {
namespace {

// SQLite takes a null pointer for NULL, whatever the size; an empty text has an address.
const char* address_of(std::string_view text) { return text.data() == nullptr ? "" : text.data(); }

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const noexcept {
  sqlite3_finalize(statement);
}

Statement::Statement(Database& database, std::string_view sql) : database_(&database) {
  sqlite3_stmt* statement = nullptr;
  check(sqlite3_prepare_v3(database.handle(), sql.data(), static_cast<int>(sql.size()),
                           SQLITE_PREPARE_PERSISTENT, &statement, nullptr));
  handle_.reset(statement);
}

void Statement::check(int code) const {
  if (code != SQLITE_OK) database_->fail();
}

void Statement::bind(int parameter, std::nullptr_t) {
  check(sqlite3_bind_null(handle_.get(), parameter));
}

void Statement::bind(int parameter, std::string_view text) {
  check(sqlite3_bind_text64(handle_.get(), parameter, address_of(text), text.size(), SQLITE_STATIC,
                            SQLITE_UTF8));
}

void Statement::bind(int parameter, NullableText text) {
  text.text.data() == nullptr ? bind(parameter, nullptr) : bind(parameter, text.text);
}

void Statement::bind(int parameter, Blob blob) {
  check(sqlite3_bind_blob64(handle_.get(), parameter, blob.bytes.data(), blob.bytes.size(),
                            SQLITE_STATIC));
}

void Statement::bind(int parameter, double real) {
  check(sqlite3_bind_double(handle_.get(), parameter, real));
}

void Statement::bind_integer(int parameter, std::int64_t value) {
  check(sqlite3_bind_int64(handle_.get(), parameter, value));
}

void Statement::bind(int parameter, const std::optional<std::int64_t>& integer) {
  integer ? bind_integer(parameter, *integer) : bind(parameter, nullptr);
}

void Statement::reset() noexcept { sqlite3_reset(handle_.get()); }

bool Statement::step() {
  const int code = sqlite3_step(handle_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) {
    reset();
    return false;
  }
  const Error failure = database_->failure();  // reset() would keep the code but not the wait's end
  reset();
  throw failure;
}

Statement::Step Statement::try_step(Refusal& refusal) {
  const int code = sqlite3_step(handle_.get());
  if (code == SQLITE_ROW) return Step::row;
  if (code == SQLITE_DONE) {
    reset();
    return Step::end;
  }
  if (code == SQLITE_INTERRUPT) {
    reset();
    throw Error::interrupted("reckoning an expression");
  }
  std::optional<Refusal> found = refusal_of(database_->handle());
  if (!found) {
    const Error failure =
        database_->failure();  // reset() would keep the code but not the wait's end
    reset();
    throw failure;
  }
  reset();
  refusal = std::move(*found);
  return Step::refused;
}

std::optional<Refusal> Statement::try_run() {
  Refusal refusal;
  Step reached = Step::row;
  while (reached == Step::row) reached = try_step(refusal);
  return reached == Step::end ? std::nullopt : std::optional(std::move(refusal));
}

int Statement::column_count() const { return sqlite3_column_count(handle_.get()); }

bool Statement::is_null(int column) const {
  return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL;
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(handle_.get(), column);
}

double Statement::real(int column) const { return sqlite3_column_double(handle_.get(), column); }

std::string_view Statement::text(int column) const {
  // The size is asked after the bytes: the first call may convert (SQLite's column access rules).
  const void* bytes = sqlite3_column_blob(handle_.get(), column);
  const int size = sqlite3_column_bytes(handle_.get(), column);
  return bytes == nullptr
             ? std::string_view()
             : std::string_view(static_cast<const char*>(bytes), static_cast<std::size_t>(size));
}

Cell Statement::cell(int column) const {
  switch (sqlite3_column_type(handle_.get(), column)) {
    case SQLITE_INTEGER:
      return Cell::of_integer(integer(column));
    case SQLITE_FLOAT:
      return Cell::of_real(real(column));
    case SQLITE_TEXT:
      return Cell::of_bytes(is_utf8(text(column)) ? Cell::Kind::text : Cell::Kind::blob,
                            text(column));
    case SQLITE_BLOB:
      return Cell::of_bytes(Cell::Kind::blob, text(column));
    default:
      return Cell::null();
  }
}

}  // namespace sluice
