#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "sqlite/database.h"
#include "store/sqlite_store.h"

namespace sluice::store_test {

inline constexpr std::int64_t no_limit = std::numeric_limits<std::int64_t>::max();

// A folder of its own for each test, gone at the end.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "sluice-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp " + name);
    path_ = name;
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }

  std::size_t file_count() const {
    const std::filesystem::directory_iterator files(path_);
    return static_cast<std::size_t>(std::distance(begin(files), end(files)));
  }

 private:
  std::string path_;
};

// A clock that goes on by itself each time it is looked at, and may do something then: waits come
// to their end without anybody sleeping for long.
class SteppingClock final : public Clock {
 public:
  explicit SteppingClock(std::chrono::milliseconds step) : step_(step) {}
  Instant now() const override {
    ++looks;
    if (on_look) on_look(looks);
    return now_ += step_;
  }
  EpochMs wall_ms() const override { return 1'795'405'279'000; }

  mutable int looks = 0;
  std::function<void(int look)> on_look;

 private:
  std::chrono::milliseconds step_;
  mutable Instant now_{std::chrono::hours(1)};
};

// What a statement gives: "1|a 2|b", NULL as "-".
inline std::string rows_of(Database& database, std::string_view sql) {
  Statement statement = database.prepare(sql);
  std::string answer;
  while (statement.step()) {
    if (!answer.empty()) answer += ' ';
    for (int column = 0; column < statement.column_count(); ++column) {
      if (column > 0) answer += '|';
      answer += statement.is_null(column) ? "-" : std::string(statement.text(column));
    }
  }
  return answer;
}

inline std::string ask(const std::string& path, std::string_view sql) {
  Database database(path, Database::Mode::look, {});
  return rows_of(database, sql);
}

inline void execute(const std::string& path, const std::string& sql) {
  Database(path, Database::Mode::create, {}).execute(sql);
}

// The error that `action` throws; a test failure where it throws none.
template <class Action>
Error error_of(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  throw std::runtime_error("nothing was thrown");
}

inline bool says(const Error& error, std::string_view words) {
  return std::string_view(error.what()).find(words) != std::string_view::npos;
}

// CREATE TABLE guesses ("index" INTEGER NOT NULL, points INTEGER, name TEXT NOT NULL)
inline PlannedTable guesses(const std::string& path) {
  const auto declare = [](std::string name, ColumnType type, bool nullable) {
    Column column;
    column.name = std::move(name);
    column.spec = type;
    column.nullable = nullable;
    return column;
  };
  PlannedTable table;
  table.dataset = "prim";
  table.database_path = path;
  table.name = "guesses";
  table.declared = {declare("index", ColumnType::integer, false),
                    declare("points", ColumnType::integer, true),
                    declare("name", ColumnType::text, false)};
  for (std::size_t i = 0; i < table.declared.size(); ++i) {
    const Column& column = table.declared[i];
    table.columns.push_back({column.name, column.spec, column.nullable, i});
  }
  return table;
}

// The same with "index" as its primary key, which $key is mapped to, and upsert as its mode.
inline PlannedTable upserted_guesses(const std::string& path) {
  PlannedTable table = guesses(path);
  table.primary_key = {"index"};
  table.write_mode = WriteMode::upsert;
  table.key_cells = {0};
  table.tombstones_delete = true;
  return table;
}

// A partition that starts at its earliest offset, 0; end 1000.
inline PlannedPartition partition(std::string topic, std::int32_t number) {
  PlannedPartition planned;
  planned.id = {"game", std::move(topic), number};
  planned.end_offset = 1000;
  planned.cluster_id = "cluster-a";
  return planned;
}

// The same, as the table has it stored.
inline PlannedPartition stored_partition(std::string topic, std::int32_t number, Offset offset) {
  PlannedPartition planned = partition(std::move(topic), number);
  planned.is_stored = true;
  planned.reason = StartReason::stored;
  planned.from_offset = offset;
  return planned;
}

// A batch for guesses(), told message by message; each gets the next offset of its partition.
class BatchOfGuesses {
 public:
  explicit BatchOfGuesses(std::vector<Offset> next_offsets = {0})
      : next_offsets_(std::move(next_offsets)), batch_(0, 3, next_offsets_.size()) {}

  BatchOfGuesses& row(Cell index, Cell points, Cell name, PartitionIndex partition = 0) {
    const std::span<Cell> cells = batch_.add_row(take(partition));
    cells[0] = index;
    cells[1] = points;
    cells[2] = name;
    return *this;
  }
  BatchOfGuesses& row(std::int64_t index, std::string_view name = "ann",
                      PartitionIndex partition = 0) {
    return row(Cell::of_integer(index), Cell::of_integer(index * 10),
               Cell::of_bytes(Cell::Kind::text, name), partition);
  }
  BatchOfGuesses& reject(std::string reason, PartitionIndex partition = 0) {
    batch_.reject(take(partition), "points", std::move(reason));
    return *this;
  }
  BatchOfGuesses& fate(Fate fate, PartitionIndex partition = 0) {
    const std::uint32_t message = take(partition);
    batch_.messages()[message].fate = fate;
    return *this;
  }
  // In an upsert by "index": a message without a value that deletes the row of this key.
  BatchOfGuesses& tombstone(std::int64_t index, PartitionIndex partition = 0) {
    const std::uint32_t message = take(partition);
    batch_.messages()[message].fate = Fate::tombstone;
    const std::span<Cell> cells = batch_.add_row(message);
    std::ranges::fill(cells, Cell::null());
    cells[0] = Cell::of_integer(index);
    return *this;
  }
  BatchOfGuesses& prove(Offset next_offset, PartitionIndex partition = 0) {
    batch_.prove(partition, next_offset);
    return *this;
  }

  operator const Batch&() const { return batch_; }
  Batch& batch() { return batch_; }

 private:
  std::uint32_t take(PartitionIndex partition) {
    Message message;
    message.partition = partition;
    message.offset = next_offsets_[partition]++;
    message.timestamp_ms = 1'000 + message.offset;
    message.key = "key";
    message.value = "value";
    return batch_.take(message);
  }

  std::vector<Offset> next_offsets_;
  Batch batch_;
};

// A store with all it leans on.
struct StoreWorld {
  TemporaryFolder folder;
  std::string path = folder / "prim.db";
  PlannedTable table = guesses(path);
  SystemClock system_clock;
  const Clock* clock = &system_clock;
  StopSignal stop;
  std::chrono::milliseconds lock_timeout{0};

  std::unique_ptr<SqliteStore> store() {
    return std::make_unique<SqliteStore>(table, lock_timeout, nullptr, stop, *clock);
  }

  // A store with its job begun.
  std::unique_ptr<SqliteStore> begin(const std::string& job_id,
                                     const std::vector<PlannedPartition>& partitions = {
                                         partition("sample", 0)}) {
    auto made = store();
    made->begin_job({job_id, "load-guesses", 1'795'405'279'123}, partitions);
    return made;
  }

  std::string rows() { return ask(path, R"(SELECT "index", name FROM guesses ORDER BY rowid)"); }
  std::string positions() {
    return ask(path, R"(SELECT topic || '/' || "partition", next_offset FROM guesses__metadata)");
  }
};

inline JobEnd succeeded() {
  JobEnd end;
  end.state = "succeeded";
  end.stop_reason = "caught_up";
  end.ended_ms = 1'795'405'280'000;
  end.report = "{}";
  return end;
}

}  // namespace sluice::store_test
