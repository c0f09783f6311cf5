#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "data/cell.h"

namespace sluice {

class Database;

// What an upsert does where a row meets one that is there already: an SQL function of the
// connection, which SQLite asks once for each such row before it changes the one that is there.
//
//   INSERT INTO t AS stored … ON CONFLICT (id) DO UPDATE SET …
//     WHERE sluice_replaces(stored.at, excluded.at)
//
// So it knows what the number of changed rows does not tell: how many were there before. Triggers
// and views cannot reach it. It must outlive every statement that uses it. One thread.
class Meeting {
 public:
  // Whether the arriving value may replace the stored one; nothing where they cannot be compared:
  // the statement then fails and names the stored value. Without it every row is replaced.
  using Judge = std::function<std::optional<bool>(const Cell& stored, const Cell& arriving)>;

  explicit Meeting(Judge judge = {}) : judge_(std::move(judge)) {}
  Meeting(const Meeting&) = delete;
  Meeting& operator=(const Meeting&) = delete;

  void register_with(Database& database);

  // The condition behind WHERE; `column` is the one that decides, quoted, where there is a judge.
  std::string condition(const std::string& column) const;
  static constexpr const char* stored_name = "sluice_stored";  // how the SQL calls the table

  struct Counts {
    std::int64_t met = 0;      // rows that were there
    std::int64_t refused = 0;  // of these, rows that stay as they are
  };
  const Counts& counts() const { return counts_; }
  void begin() { counts_ = {}; }

 private:
  struct Function;  // what SQLite calls

  Judge judge_;
  Counts counts_;
};

}  // namespace sluice
