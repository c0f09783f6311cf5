#include "crash/topic_truth.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <ranges>
#include <utility>
#include <vector>

#include "sqlite/database.h"
#include "store/existing_table.h"

namespace sluice::test {
namespace {

// All that is to be compared, in one line.
constexpr const char* contents = R"(
SELECT 'rows ' || (SELECT coalesce(group_concat(line, ' '), '') FROM (
         SELECT _partition || '/' || _offset || ':' || id AS line FROM orders
         ORDER BY _partition, _offset)) ||
       '; rejects ' || (SELECT coalesce(group_concat(line, ' '), '') FROM (
         SELECT partition || '/' || "offset" AS line FROM orders__rejects
         ORDER BY partition, "offset")) ||
       '; positions ' || (SELECT coalesce(group_concat(line, ' '), '') FROM (
         SELECT partition || '@' || next_offset AS line FROM orders__metadata
         ORDER BY partition)) ||
       '; messages of all jobs ' || (SELECT coalesce(sum(messages), 0) FROM sluice_jobs))";

bool is_row(const ScriptedRecord& record) {
  return record.value && record.value->starts_with(R"({"id":)") && record.value->back() == '}' &&
         record.value->find('"', 6) == std::string::npos;
}

std::string id_of(const ScriptedRecord& record) {
  return record.value->substr(6, record.value->size() - 7);
}

}  // namespace

bool has_positions(Scenario& scenario) {
  if (!std::filesystem::exists(scenario.database())) return false;
  Database database(scenario.database(), Database::Mode::look, {});
  return has_table(database, "orders__metadata");
}

std::string TopicTruth::check(Scenario& scenario, const Trace& trace) const {
  constexpr int of_the_world[] = {-1, 0, 69, 74, 75};  // -1: dead
  if (std::ranges::count(of_the_world, trace.exit_code) == 0) {
    return fmt::format("exit code {}: {}", trace.exit_code, trace.message);
  }
  const bool should_be_there = trace.exit_code == 0 || trace.reads;
  if (!std::filesystem::exists(scenario.database())) return should_be_there ? "no database" : "";
  Database database(scenario.database(), Database::Mode::look, {});
  if (!has_table(database, "orders__metadata")) {
    if (should_be_there) return "the positions are gone";
    return has_table(database, "orders") ? "a table without positions" : "";
  }
  const std::string is = database.ask(contents);
  const std::string should = expected(scenario, database, trace.exit_code == 0);
  return is == should ? "" : fmt::format("the table is\n  {}\nand should be\n  {}", is, should);
}

std::string TopicTruth::finish(Scenario& scenario, const std::vector<std::string>& changes) const {
  const Report report = scenario.run(changes);
  if (report.exit_code != 0) return "the next run failed: " + report.message;
  if (std::filesystem::exists(scenario.database() + "-wal")) return "a -wal file is left";
  Database database(scenario.database(), Database::Mode::look, {});
  const std::string is = database.ask(contents);
  const std::string should = expected(scenario, database, true);
  if (is != should) {
    return fmt::format("after the next run the table is\n  {}\nand should be\n  {}", is, should);
  }
  const std::string open = database.ask("SELECT count(*) FROM sluice_jobs WHERE state = 'running'");
  return open == "0" ? "" : open + " jobs still count as running";
}

// For the positions that are stored; `all`: for those that a finished load stores.
std::string TopicTruth::expected(Scenario& scenario, Database& database, bool all) const {
  std::map<std::pair<int, Offset>, std::string> rows;
  std::map<std::string, std::pair<int, Offset>> by_key;
  std::vector<std::string> rejects;
  std::vector<std::string> positions;
  int messages = 0;
  int number = -1;
  for (const ScriptedLog& log : scenario.cluster.topics.at("orders")) {
    ++number;
    const auto found = starts_.find(number);
    const Offset start = found == starts_.end() ? 0 : found->second;
    const Offset stored = std::stoll(
        database.ask(fmt::format("SELECT coalesce(max(next_offset), -1) FROM orders__metadata "
                                 "WHERE partition = {}",
                                 number)));
    const Offset end = all ? std::max(start, log.end_offset) : stored;
    positions.push_back(fmt::format("{}@{}", number, end));
    for (const ScriptedRecord& record : log.records) {
      if (record.offset < start || record.offset >= end) continue;
      ++messages;
      const std::string address = fmt::format("{}/{}", number, record.offset);
      if (record.value && !is_row(record)) rejects.push_back(address);
      if (record.value && !is_row(record)) continue;
      if (mode_ == Mode::upsert) {
        if (const auto before = by_key.find(*record.key); before != by_key.end()) {
          rows.erase(before->second);
        }
        by_key[*record.key] = {number, record.offset};
      }
      if (record.value) rows[{number, record.offset}] = address + ":" + id_of(record);
    }
  }
  return fmt::format("rows {}; rejects {}; positions {}; messages of all jobs {}",
                     fmt::join(std::views::values(rows), " "), fmt::join(rejects, " "),
                     fmt::join(positions, " "), messages);
}

}  // namespace sluice::test
