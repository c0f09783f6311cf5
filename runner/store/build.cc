#include "store/build.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "sqlite/database.h"
#include "sqlite/quote.h"
#include "sqlite/transaction.h"
#include "store/difference.h"
#include "store/layout.h"
#include "store/side_tables.h"
#include "store/table_sql.h"

namespace sluice {
namespace {

// A statement that several tables ask for (sluice_jobs) is run once.
void add(std::vector<std::string>& sql, const std::vector<std::string>& more) {
  for (const std::string& statement : more) {
    if (std::ranges::find(sql, statement) == sql.end()) sql.push_back(statement);
  }
}

void plan_table(Database& database, const PlannedTable& table, IndexNames& names,
                TableBuild& build) {
  const std::optional<ExistingTable> existing = look_at_table(database, table.name);
  if (!existing) return add(build.sql, table_sql(table, names));
  for (const Difference& difference : differences(database, *existing, table, names)) {
    if (difference.kind == Difference::Kind::buildable) {
      add(build.sql, {difference.statement});
      continue;
    }
    const std::string text = fmt::format("table {}: {}; {}", quote_identifier(table.name),
                                         difference.what, difference.mended_by());
    const bool is_obstacle = difference.kind == Difference::Kind::obstacle;
    (is_obstacle ? build.obstacles : build.remarks).push_back(text);
  }
}

// Also what a statement was after that the rows do not allow.
void execute(Database& database, const std::string& sql) {
  if (const std::optional<Refusal> refusal = database.prepare(sql).try_run()) {
    throw Error(ExitCode::definition, fmt::format("{}: {}", database.path(), refusal->message))
        .during(sql)
        .hint("nothing was changed; mend the rows that are there, or change the dataset");
  }
}

}  // namespace

TableBuild plan_build(Database& database, const std::vector<PlannedTable>& tables) {
  TableBuild build;
  IndexNames names = IndexNames::of(database);
  for (const PlannedTable& table : tables) names.reserve(table.name);
  for (const PlannedTable& table : tables) {
    check_surroundings(database, table);
    plan_table(database, table, names, build);
    add(build.sql, side_table_sql(database, table));
  }
  return build;
}

TableBuild preview_build(const std::vector<PlannedTable>& tables) {
  const std::string& path = tables.front().database_path;
  std::error_code unknown;
  const bool is_there = std::filesystem::exists(path, unknown);
  Database database(
      is_there ? path : ":memory:", is_there ? Database::Mode::look : Database::Mode::create, {});
  return plan_build(database, tables);
}

DatabaseBuilder::DatabaseBuilder(std::vector<PlannedTable> tables, Patience patience)
    : tables_(std::move(tables)), patience_(std::move(patience)) {
  take_locks();
}

DatabaseBuilder::~DatabaseBuilder() {
  transaction_.reset();
  database_.reset();
}

// Nobody waits for two of them, so their order does not matter.
void DatabaseBuilder::take_locks() {
  for (const PlannedTable& table : tables_) {
    auto lock = std::make_unique<TableLock>(table.database_path, table.name);
    if (!lock->try_lock()) {
      const std::string holder = lock->holder();
      throw Error(ExitCode::try_later,
                  fmt::format("a job is loading table {} of {}{}{}", quote_identifier(table.name),
                              table.database_path, holder.empty() ? "" : ": ", holder))
          .hint("build again when it has ended");
    }
    locks_.push_back(std::move(lock));
  }
}

const TableBuild& DatabaseBuilder::plan() {
  if (transaction_ != nullptr) return build_;
  const std::string& path = tables_.front().database_path;
  file_ = std::make_unique<NewFile>(path);
  database_ = std::make_unique<Database>(path, Database::Mode::write, patience_);
  is_new_ = database_->is_empty();
  if (is_new_) {
    database_->execute(fmt::format("PRAGMA page_size = {}", tables_.front().sqlite.page_size));
  }
  database_->execute("PRAGMA synchronous = EXTRA");
  transaction_ = std::make_unique<Transaction>(*database_);
  build_ = plan_build(*database_, tables_);
  return build_;
}

void DatabaseBuilder::run() {
  if (!build_.obstacles.empty()) throw Error(ExitCode::our_bug, "a build with obstacles is run");
  for (const std::string& sql : build_.sql) execute(*database_, sql);
  const TableBuild left = plan_build(*database_, tables_);
  if (!left.sql.empty() || !left.obstacles.empty()) {
    throw Error(ExitCode::our_bug, "a build did not come to what it was for");
  }
  if (database_->was_moved()) {
    throw Error(ExitCode::io, database_->path() + ": was removed or replaced while it was built");
  }
  transaction_->commit();
  transaction_.reset();
  file_->keep();
  if (is_new_) database_->ask("PRAGMA journal_mode = WAL");  // as a load would have it
}

}  // namespace sluice
