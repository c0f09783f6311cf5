#include "crash/topic_truth.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <tuple>
#include <utility>
#include <vector>

#include "sqlite/database.h"
#include "store/existing_table.h"

namespace sluice::test {
namespace {

// All that is to be compared, in one line.
constexpr const char* all_in_one_line = R"(
SELECT 'rows ' || (SELECT coalesce(group_concat(line, ' '), '') FROM (
         SELECT _generation || '/' || _partition || '/' || _offset || ':' || id AS line
         FROM orders ORDER BY _generation, _partition, _offset)) ||
       '; rejects ' || (SELECT coalesce(group_concat(line, ' '), '') FROM (
         SELECT generation || '/' || partition || '/' || "offset" AS line
         FROM orders__rejects ORDER BY generation, partition, "offset")) ||
       '; positions ' || (SELECT coalesce(group_concat(line, ' '), '') FROM (
         SELECT generation || '/' || partition || '@' || next_offset AS line
         FROM orders__metadata ORDER BY partition)) ||
       '; messages of all jobs ' || (SELECT coalesce(sum(messages), 0) FROM sluice_jobs))";

bool is_row(const ScriptedRecord& record) {
  return record.value && record.value->starts_with(R"({"id":)") && record.value->back() == '}' &&
         record.value->find('"', 6) == std::string::npos;
}

std::string id_of(const ScriptedRecord& record) {
  return record.value->substr(6, record.value->size() - 7);
}

bool is_in_a_gap(Database& database, int partition, Offset offset) {
  return database.ask(fmt::format("SELECT count(*) FROM orders__gaps WHERE partition = {} AND "
                                  "from_offset <= {} AND to_offset > {}",
                                  partition, offset, offset)) != "0";
}

}  // namespace

bool has_positions(Scenario& scenario) {
  if (!std::filesystem::exists(scenario.database())) return false;
  Database database(scenario.database(), Database::Mode::look, {});
  return has_table(database, "orders__metadata");
}

std::string TopicTruth::check(Scenario& scenario, const Trace& trace) const {
  const bool should_be_there = trace.exit_code == 0 || trace.reads;
  if (!std::filesystem::exists(scenario.database())) return should_be_there ? "no database" : "";
  Database database(scenario.database(), Database::Mode::look, {});
  if (!has_table(database, "orders__metadata")) {
    if (should_be_there) return "the positions are gone";
    return has_table(database, "orders") ? "a table without positions" : "";
  }
  const std::string is = database.ask(all_in_one_line);
  const std::string should = expected(scenario, database, trace.exit_code == 0);
  return is == should ? "" : fmt::format("the table is\n  {}\nand should be\n  {}", is, should);
}

std::string TopicTruth::finish(Scenario& scenario, const std::vector<std::string>& changes) const {
  const Report report = scenario.run(changes);
  if (report.exit_code != 0) return "the next run failed: " + report.message;
  if (std::filesystem::exists(scenario.database() + "-wal")) return "a -wal file is left";
  Database database(scenario.database(), Database::Mode::look, {});
  const std::string is = database.ask(all_in_one_line);
  const std::string should = expected(scenario, database, true);
  if (is != should) {
    return fmt::format("after the next run the table is\n  {}\nand should be\n  {}", is, should);
  }
  const std::string open = database.ask("SELECT count(*) FROM sluice_jobs WHERE state = 'running'");
  return open == "0" ? "" : open + " jobs still count as running";
}

struct TopicTruth::Contents {
  std::map<std::tuple<int, int, Offset>, std::string> rows;
  std::map<std::string, std::tuple<int, int, Offset>> by_key;
  std::vector<std::string> rejects;
  std::vector<std::string> positions;
  int messages = 0;
};

// For the positions that are stored; `all`: for those that a finished load stores.
std::string TopicTruth::expected(Scenario& scenario, Database& database, bool all) const {
  const auto& topic = scenario.cluster.topics.at("orders");
  Contents contents;
  if (older_.empty()) {
    add(topic, 1, database, all, contents);
  } else {
    add(older_, 1, database, true, contents);
    if (all || database.ask("SELECT max(generation) FROM orders__metadata") != "1") {
      contents.positions.clear();
      add(topic, 2, database, all, contents);
    }
  }
  std::vector<std::string> rows;
  for (const auto& [place, row] : contents.rows) rows.push_back(row);
  return fmt::format("rows {}; rejects {}; positions {}; messages of all jobs {}",
                     fmt::join(rows, " "), fmt::join(contents.rejects, " "),
                     fmt::join(contents.positions, " "), contents.messages);
}

void TopicTruth::add(const std::deque<ScriptedLog>& topic, int generation, Database& database,
                     bool all, Contents& contents) const {
  int number = -1;
  for (const ScriptedLog& log : topic) {
    ++number;
    const auto found = starts_.find(number);
    const Offset start = found == starts_.end() ? 0 : found->second;
    const Offset stored = std::stoll(
        database.ask(fmt::format("SELECT coalesce(max(next_offset), -1) FROM orders__metadata "
                                 "WHERE partition = {}",
                                 number)));
    const Offset end = all ? std::max(start, log.end_offset) : stored;
    contents.positions.push_back(fmt::format("{}/{}@{}", generation, number, end));
    for (const ScriptedRecord& record : log.records) {
      if (record.offset < start || record.offset >= end) continue;
      if (may_lose_ && is_in_a_gap(database, number, record.offset)) continue;
      ++contents.messages;
      const std::string address = fmt::format("{}/{}/{}", generation, number, record.offset);
      if (record.value && !is_row(record)) contents.rejects.push_back(address);
      if (record.value && !is_row(record)) continue;
      const std::tuple place(generation, number, record.offset);
      if (mode_ == Mode::upsert) {
        const auto [before, is_new] = contents.by_key.try_emplace(*record.key, place);
        if (!is_new) contents.rows.erase(std::exchange(before->second, place));
      }
      if (record.value) contents.rows[place] = address + ":" + id_of(record);
    }
  }
}

}  // namespace sluice::test
