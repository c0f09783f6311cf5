#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sqlite/database.h"
#include "sqlite/record_table.h"

namespace sluice {

// An expression as Selection takes it, with the names that it uses.
struct Reckoned {
  std::string sql;
  std::vector<NamedCell> names;
};

// Several expressions as one SELECT over the records or the rows of a batch, on a connection in
// memory that can reach nothing else. The names of all of them must differ by more than case.
// Throws Error{our_bug} where one cannot be prepared. One thread.
class Selection {
 public:
  // `is_over`: whether it must not go on; Error::interrupted() is thrown then. Held by reference.
  Selection(std::vector<Reckoned> expressions, const std::function<bool()>& is_over);

  // One of its expressions as a Selection of its own: SQLite says that an expression failed, but
  // not which. Made at the first call.
  Selection& alone(std::size_t expression);

  // Where it failed, and what SQLite says.
  struct Failure {
    std::size_t at = 0;
    std::string reason;
  };

  // Calls `take(at, statement)` for each open record from `first` to `last` (exclusive), the values
  // of the expressions in its columns. Ends at the first that an expression fails for.
  template <class Take>
  std::optional<Failure> over_records(const Batch& batch, std::uint32_t first, std::uint32_t last,
                                      const Take& take) {
    table_.show_records(batch, first, last);
    return run(take);
  }

  // The same for rows.
  template <class Take>
  std::optional<Failure> over_rows(const Batch& batch, std::size_t first, std::size_t last,
                                   const Take& take) {
    table_.show_rows(batch, first, last);
    return run(take);
  }

 private:
  template <class Take>
  std::optional<Failure> run(const Take& take) {
    Refusal refusal;
    for (;;) {
      switch (statement_->try_step(refusal)) {
        case Statement::Step::row:
          take(table_.reached(), *statement_);
          break;
        case Statement::Step::end:
          return std::nullopt;
        case Statement::Step::refused:
          return Failure{table_.reached(), std::move(refusal.message)};
      }
    }
  }

  const std::vector<Reckoned> expressions_;
  const std::function<bool()>& is_over_;
  std::vector<std::unique_ptr<Selection>> alone_;
  RecordTable table_;  // before the database, which looks at it until it is closed
  Database database_;
  std::optional<Statement> statement_;
};

// Divides expressions so that in each group all names differ by more than case; the numbers of the
// expressions. Most often there is one group.
std::vector<std::vector<std::size_t>> groups_of(std::span<const Reckoned> expressions);

}  // namespace sluice
