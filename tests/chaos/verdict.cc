#include "chaos/verdict.h"

#include <fmt/format.h>

#include <map>
#include <utility>
#include <vector>

#include "sqlite/database.h"

namespace sluice::test {
namespace {

struct Gap {
  std::int64_t from = 0;
  std::int64_t to = 0;
};

// By offset: the rows' {"id":N,"note":"KIND"}, how the producer wrote it.
std::multimap<std::int64_t, std::string> rows_of(Database& database, int partition) {
  Statement rows = database.prepare(
      fmt::format("SELECT _offset, id, note FROM orders WHERE _partition = {}", partition));
  std::multimap<std::int64_t, std::string> found;
  while (rows.step()) {
    found.emplace(std::stoll(std::string(rows.text(0))),
                  fmt::format(R"({{"id":{},"note":"{}"}})", rows.text(1), rows.text(2)));
  }
  return found;
}

std::vector<Gap> gaps_of(Database& database, int partition) {
  Statement gaps = database.prepare(fmt::format(
      "SELECT from_offset, to_offset FROM orders__gaps WHERE partition = {}", partition));
  std::vector<Gap> found;
  while (gaps.step()) {
    found.push_back({std::stoll(std::string(gaps.text(0))), std::stoll(std::string(gaps.text(1)))});
  }
  return found;
}

bool is_in(const std::vector<Gap>& gaps, std::int64_t offset) {
  for (const Gap& gap : gaps) {
    if (offset >= gap.from && offset < gap.to) return true;
  }
  return false;
}

void judge_partition(Database& database, const Witness& witness, int partition, Verdict& verdict) {
  auto rows = rows_of(database, partition);
  const std::vector<Gap> gaps = gaps_of(database, partition);
  for (const auto& [offset, value] : witness.seen(partition)) {
    ++verdict.messages;
    const auto row = rows.find(offset);
    const bool is_there = row != rows.end() && row->second == value;
    if (is_in(gaps, offset)) {
      ++verdict.in_gaps;
      continue;  // a row of it stays behind, as one too many
    }
    if (is_there) {
      rows.erase(row);
    } else if (++verdict.lost == 1) {
      verdict.wrong += fmt::format("{}@{} {} is not in the table\n", partition, offset, value);
    }
  }
  verdict.twice += static_cast<std::int64_t>(rows.size());
  if (!rows.empty()) {
    const auto& [offset, value] = *rows.begin();
    verdict.wrong +=
        fmt::format("{} rows too many, e.g. {}@{} {}\n", rows.size(), partition, offset, value);
  }
}

std::string positions_at(const std::vector<std::int64_t>& ends) {
  std::string positions;
  for (std::size_t partition = 0; partition < ends.size(); ++partition) {
    positions += fmt::format("{}{}@{}", partition == 0 ? "" : " ", partition, ends[partition]);
  }
  return positions;
}

void check(Database& database, const char* what, const std::string& sql, Verdict& verdict) {
  const std::string answer = database.ask(sql);
  if (answer != "0" && answer != "ok") verdict.wrong += fmt::format("{}: {}\n", what, answer);
}

}  // namespace

Verdict judge(const Project& project, const Witness& witness, const std::vector<std::int64_t>& ends,
              const std::set<std::int64_t>& acknowledged) {
  const int partitions = static_cast<int>(ends.size());
  Verdict verdict;
  Database database(project.database(), Database::Mode::look, {});
  for (int partition = 0; partition < partitions; ++partition) {
    judge_partition(database, witness, partition, verdict);
  }
  check(database, "integrity", "PRAGMA integrity_check", verdict);
  check(database, "rows at or above their position",
        "SELECT count(*) FROM orders JOIN orders__metadata ON partition = _partition AND "
        "generation = _generation WHERE _offset >= next_offset",
        verdict);
  if (project.positions() != positions_at(ends)) {
    verdict.wrong += fmt::format("positions: {}, and the ends are {}\n", project.positions(),
                                 positions_at(ends));
  }
  check(database, "aborted messages", "SELECT count(*) FROM orders WHERE note = 'aborted'",
        verdict);
  check(database, "jobs that still count as running",
        "SELECT count(*) FROM sluice_jobs WHERE state = 'running'", verdict);
  check(database, "messages of all jobs less rows",
        "SELECT (SELECT sum(messages) FROM sluice_jobs) - (SELECT count(*) FROM orders)", verdict);

  std::int64_t unseen = static_cast<std::int64_t>(acknowledged.size());
  for (int partition = 0; partition < partitions; ++partition) {
    for (const auto& [offset, value] : witness.seen(partition)) {
      unseen -= static_cast<std::int64_t>(acknowledged.count(std::stoll(value.substr(6))));
    }
  }
  if (unseen != 0)
    verdict.wrong += fmt::format("{} acknowledged messages were never seen\n", unseen);
  if (!witness.contradiction().empty()) verdict.wrong += witness.contradiction() + '\n';
  return verdict;
}

}  // namespace sluice::test
