#include "store/reject_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "sqlite/quote.h"
#include "sqlite/transaction.h"
#include "store/layout.h"
#include "store/names.h"

namespace sluice {
namespace {

// By partition and offset: of two messages of a key the later one has the last word.
constexpr std::string_view in_order =
    R"(ORDER BY source, topic, "partition", generation, "offset", rowid)";

std::optional<std::size_t> topic_of(const LoadPlan& plan, const PartitionId& id) {
  for (std::size_t i = 0; i < plan.topics.size(); ++i) {
    const PlannedTopic& topic = plan.topics[i];
    if (topic.source != id.source || topic.topic != id.topic) continue;
    if (!topic.partitions || std::ranges::count(*topic.partitions, id.partition) > 0) return i;
  }
  return std::nullopt;
}

PartitionId id_of(const Statement& row, int first) {
  return {std::string(row.text(first)), std::string(row.text(first + 1)),
          static_cast<std::int32_t>(row.integer(first + 2))};
}

bool exists(const std::string& path) {
  std::error_code failed;
  return std::filesystem::status(path, failed).type() != std::filesystem::file_type::not_found;
}

Bytes bytes_of(const Statement& row, int column) {
  if (row.is_null(column)) return {};
  const Bytes bytes = row.text(column);
  return bytes.empty() ? Bytes("") : bytes;  // SQLite has no address for an empty blob
}

}  // namespace

std::vector<PlannedPartition> RejectStore::partitions(const LoadPlan& plan) {
  partitions_.clear();
  if (!exists(table().database_path)) return {};
  const std::vector<StoredPosition> stored = positions();
  Database database(table().database_path, Database::Mode::look, patience());
  const std::string rejects = TableNames(table().name).rejects;
  const std::optional<ExistingTable> existing = look_at_table(database, rejects);
  if (!existing) return {};
  const bool has_generation = existing->find("generation") != nullptr;
  Statement statement = database.prepare(
      fmt::format(R"(SELECT DISTINCT source, topic, "partition", {} FROM {} ORDER BY 1, 2, 3, 4)",
                  has_generation ? "generation" : "1", quote_identifier(rejects)));
  while (statement.step()) {
    const PartitionId id = id_of(statement, 0);
    const auto topic = topic_of(plan, id);
    if (!topic) continue;
    PlannedPartition partition;
    partition.id = id;
    partition.topic = *topic;
    partition.generation = statement.integer(3);
    partition.is_stored = true;
    partition.reason = StartReason::stored;
    const auto position = std::ranges::find(stored, id, &StoredPosition::id);
    if (position != stored.end()) {
      partition.from_offset = position->next_offset;
      partition.end_offset = position->end_offset;
    }
    partitions_.push_back(std::move(partition));
  }
  return partitions_;
}

// Their rows only, eight bytes each: what they hold is looked up one by one.
void RejectStore::queue() {
  waiting_.emplace();
  Database& database = session().database;
  const std::string rejects = quote_identifier(TableNames(table().name).rejects);
  Statement statement = database.prepare(fmt::format(
      R"(SELECT rowid, source, topic, "partition", generation FROM {} {})", rejects, in_order));
  while (statement.step()) {
    const PartitionId id = id_of(statement, 1);
    const auto found = std::ranges::find_if(partitions_, [&](const PlannedPartition& partition) {
      return partition.id == id && partition.generation == statement.integer(4);
    });
    if (found == partitions_.end()) continue;
    waiting_->push_back(
        {statement.integer(0), static_cast<PartitionIndex>(found - partitions_.begin())});
  }
  look_ = database.prepare(fmt::format(
      R"(SELECT "offset", timestamp_ms, "key", value, headers FROM {} WHERE rowid = ?1)", rejects));
}

bool RejectStore::is_at_end() {
  if (!waiting_) queue();
  return next_ == waiting_->size();
}

bool RejectStore::next(const std::function<void(const Message&)>& take) {
  if (is_at_end()) return false;
  const Waiting& waiting = (*waiting_)[next_];
  if (next_ > settled_ && waiting.partition != (*waiting_)[settled_].partition) return false;
  if (!look_->with(waiting.row).step()) {
    throw Error(ExitCode::try_later, "a reject is not there any more: somebody else took it away")
        .hint("run again");
  }
  take({.partition = waiting.partition,
        .offset = look_->integer(0),
        .timestamp_ms = look_->is_null(1) ? no_timestamp : look_->integer(1),
        .key = bytes_of(*look_, 2),
        .value = bytes_of(*look_, 3),
        .headers = bytes_of(*look_, 4)});
  while (look_->step()) {
  }
  ++next_;
  return true;
}

void RejectStore::store_rejects(const Batch& batch, const Verdict& verdict) {
  RejectTable& rejects = *session().rejects;
  auto refused = verdict.rejects().begin();
  for (std::uint32_t i = 0; i < verdict.end(); ++i) {
    const Message& message = batch.messages()[i].record;
    const std::int64_t row = (*waiting_)[settled_ + i].row;
    if (refused != verdict.rejects().end() && (*refused)->message == i) {
      rejects.keep(row, held(message.partition), message.offset, **refused, job_id());
      ++refused;
    } else {
      rejects.remove(row, held(message.partition), message.offset);
    }
  }
  // The caller's commit is the last thing that can fail, and then this store is not used again.
  settled_ += verdict.end();
  if (settled_ == waiting_->size()) drop_newest_without_rejects(session().database, table().name);
}

void RejectStore::end_job(const JobEnd& end) {
  look_.reset();  // the database is closed in there
  SqliteStore::end_job(end);
}

// What this one took away, or one before it, may still stand in the file.
bool RejectStore::has_unfinished_purge() {
  if (!exists(table().database_path)) return false;
  Database database(table().database_path, Database::Mode::look, patience());
  if (!has_table(database, "sluice_jobs")) return false;
  Statement last = database.prepare(
      "SELECT exit_code FROM sluice_jobs WHERE table_name = ?1 COLLATE NOCASE"
      " AND action LIKE 'rejects purge %' ORDER BY rowid DESC LIMIT 1");
  last.with(table().name);
  return last.step() && last.integer(0) == static_cast<int>(ExitCode::try_later);
}

std::int64_t RejectStore::take_away(Database& database, const RejectFilter& filter) {
  const std::string name = TableNames(table().name).rejects;
  const std::optional<ExistingTable> rejects = look_at_table(database, name);
  if (!rejects) return 0;
  const NullableText reason{filter.reason ? std::string_view(*filter.reason) : std::string_view()};
  database
      .prepare(fmt::format("DELETE FROM {} WHERE {}", quote_identifier(name),
                           reject_filter_sql(*rejects)))
      .run(reason, filter.before_ms);
  const std::int64_t count = database.changes();
  drop_newest_without_rejects(database, table().name);
  return count;
}

RejectStore::Purged RejectStore::purge(const RejectFilter& filter, const JobStart& job,
                                       const std::function<JobEnd(const Purged&)>& last_word) {
  const bool has_any = RejectReader(table().database_path, table().name).count(filter) > 0;
  if (!has_any && !has_unfinished_purge()) return {};
  Session session(table(), patience());
  Database& database = session.database;
  session.use_wal();
  session.sync("FULL");
  database.execute("PRAGMA secure_delete = ON");
  const bool has_history = has_table(database, "sluice_jobs");
  Purged purged{.count = 0, .is_wiped = false};
  {
    Transaction transaction(database);
    session.check_file_is_there();
    purged.count = take_away(database, filter);
    // Should it die before the bytes are gone, the next purge knows.
    if (has_history) record(database, job, last_word(purged));
    transaction.commit();
  }
  purged.is_wiped = database.truncate_wal();
  if (purged.is_wiped) {
    Transaction transaction(database);
    const JobEnd end = last_word(purged);
    if (has_history) History(database).close(job.job_id, end);
    transaction.commit();
  }
  return purged;
}

}  // namespace sluice
