#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/batch.h"

namespace sluice {

class Database;

// What an expression can name: a cell of a record (an attribute), or of the row made of it.
struct NamedCell {
  enum class Of { record, row };

  std::string name;  // as the column of the table is called; names differ by more than case
  Of of = Of::record;
  std::size_t cell = 0;
  // A decimal is kept as text or, times 10^scale, as an integer: an expression sees the number.
  std::optional<int> decimal_scale = {};

  bool operator==(const NamedCell&) const = default;
};

// The records of a batch as a table of SQL whose columns have names that people chose: what an
// expression is reckoned over. It has no column but these, not even a rowid, and a name that nobody
// can guess, so that no expression reads it as a whole. Records
// of messages that are decided (rejects, tombstones) and filtered ones are left out.
//
// It is a table as ReadOnlyModule says, and must outlive the Database it is registered with. One
// thread.
class RecordTable {
 public:
  explicit RecordTable(std::vector<NamedCell> columns);
  ~RecordTable();
  RecordTable(const RecordTable&) = delete;
  RecordTable& operator=(const RecordTable&) = delete;

  void register_with(Database& database);
  const std::string& name() const;

  // What the table holds from now on: records `first` to `last` (exclusive), no cells of rows.
  void show_records(const Batch& batch, std::uint32_t first, std::uint32_t last);
  // The same for rows, each with its record; those that a tombstone deletes are left out.
  void show_rows(const Batch& batch, std::size_t first, std::size_t last);

  // The record or row that the scan under way has reached; behind the last at its end.
  std::size_t reached() const;

  struct Content;

 private:
  std::unique_ptr<Content> content_;
};

}  // namespace sluice
