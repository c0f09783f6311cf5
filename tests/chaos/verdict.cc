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

// A run that notes more than was deleted would make of each loss an excused one.
void judge_gaps(const std::vector<Gap>& gaps, int partition, std::int64_t deleted_below,
                Verdict& verdict) {
  for (const Gap& gap : gaps) {
    if (gap.to <= deleted_below) continue;
    verdict.wrong += fmt::format("the gap {}@{} to {} reaches beyond @{}, where deletion ended\n",
                                 partition, gap.from, gap.to, deleted_below);
  }
}

void judge_partition(Database& database, const Truth::Partition& truth, int partition,
                     Verdict& verdict) {
  auto rows = rows_of(database, partition);
  const std::vector<Gap> gaps = gaps_of(database, partition);
  judge_gaps(gaps, partition, truth.deleted_below, verdict);
  for (const auto& [offset, value] : truth.seen) {
    ++verdict.messages;
    const auto row = rows.find(offset);
    const bool is_there = row != rows.end() && row->second == value;
    if (offset < truth.deleted_below && is_in(gaps, offset)) {
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

std::string positions_at_ends(const Truth& truth) {
  std::string positions;
  for (std::size_t i = 0; i < truth.partitions.size(); ++i) {
    positions += fmt::format("{}{}@{}", i == 0 ? "" : " ", i, truth.partitions[i].end);
  }
  return positions;
}

std::int64_t acknowledged_and_unseen(const Truth& truth) {
  std::int64_t unseen = static_cast<std::int64_t>(truth.acknowledged.size());
  for (const Truth::Partition& partition : truth.partitions) {
    for (const auto& [offset, value] : partition.seen) {
      unseen -= static_cast<std::int64_t>(truth.acknowledged.count(std::stoll(value.substr(6))));
    }
  }
  return unseen;
}

void check(Database& database, const char* what, const std::string& sql, Verdict& verdict) {
  const std::string answer = database.ask(sql);
  if (answer != "0" && answer != "ok") verdict.wrong += fmt::format("{}: {}\n", what, answer);
}

}  // namespace

Verdict judge(const Project& project, const Truth& truth) {
  Verdict verdict;
  Database database(project.database(), Database::Mode::look, {});
  int number = 0;
  for (const Truth::Partition& partition : truth.partitions) {
    judge_partition(database, partition, number++, verdict);
  }
  check(database, "integrity", "PRAGMA integrity_check", verdict);
  check(database, "rows at or above their position",
        "SELECT count(*) FROM orders JOIN orders__metadata ON partition = _partition AND "
        "generation = _generation WHERE _offset >= next_offset",
        verdict);
  if (project.positions() != positions_at_ends(truth)) {
    verdict.wrong += fmt::format("positions: {}, and the ends are {}\n", project.positions(),
                                 positions_at_ends(truth));
  }
  check(database, "aborted messages", "SELECT count(*) FROM orders WHERE note = 'aborted'",
        verdict);
  check(database, "jobs that still count as running",
        "SELECT count(*) FROM sluice_jobs WHERE state = 'running'", verdict);
  check(database, "messages of all jobs less rows",
        "SELECT (SELECT sum(messages) FROM sluice_jobs) - (SELECT count(*) FROM orders)", verdict);

  const std::int64_t unseen = acknowledged_and_unseen(truth);
  if (unseen != 0)
    verdict.wrong += fmt::format("{} acknowledged messages were never seen\n", unseen);
  return verdict;
}

}  // namespace sluice::test
