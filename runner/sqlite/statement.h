#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "data/cell.h"
#include "sqlite/failure.h"

struct sqlite3_stmt;

namespace sluice {

class Database;

// Bytes to be stored as they are, and a text that may be absent; in both a null pointer is NULL.
struct Blob {
  std::string_view bytes;
};
struct NullableText {
  std::string_view text;
};

// One prepared statement. Parameters are counted from 1, columns from 0, as SQLite does. Bound
// text is not copied: it must live until the statement has run. A statement must be gone before
// its Database. Every method throws as failure_of() says.
class Statement {
 public:
  Statement(Database& database, std::string_view sql);

  void bind(int parameter, std::nullptr_t);
  void bind(int parameter, std::string_view text);
  void bind(int parameter, NullableText text);
  void bind(int parameter, Blob blob);
  void bind(int parameter, double real);
  template <std::integral Integer>
  void bind(int parameter, Integer value) {
    bind_integer(parameter, static_cast<std::int64_t>(value));
  }
  void bind(int parameter, const std::optional<std::int64_t>& integer);

  // Binds all parameters in order.
  template <class... Values>
  Statement& with(const Values&... values) {
    int parameter = 0;
    (bind(++parameter, values), ...);
    return *this;
  }

  // The next row, or false at the end (the statement is then ready to run again).
  bool step();

  // Runs to the end with these parameters, results unread.
  template <class... Values>
  void run(const Values&... values) {
    with(values...);
    while (step()) {
    }
  }

  // The next row, as step(); a refusal ends the statement and is an answer here. Throws
  // Error::interrupted() where interrupt_when() has said so.
  enum class Step { row, end, refused };
  Step try_step(Refusal& refusal);

  // Runs to the end; a refusal is an answer here, every other failure is thrown.
  std::optional<Refusal> try_run();

  // Of the row that step() reached; views live until the next step.
  int column_count() const;
  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string_view text(int column) const;  // a blob's bytes too; empty for NULL
  // null, integer, real, text or blob; a text that is not UTF-8 (SQL can make one) is a blob.
  Cell cell(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };

  void bind_integer(int parameter, std::int64_t value);
  void check(int code) const;
  void reset() noexcept;

  const Database* database_;
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

}  // namespace sluice
