#include "store/position_table.h"

#include <fmt/format.h>

#include <limits>

#include "base/error.h"
#include "sqlite/database.h"
#include "sqlite/quote.h"
#include "store/existing_table.h"
#include "store/names.h"

namespace sluice {
namespace {

std::string metadata_of(const std::string& table) {
  return quote_identifier(TableNames(table).metadata);
}

std::string anchors_of(const std::string& table) {
  return quote_identifier(TableNames(table).anchors);
}

// Rows of a topic's older generations, or of one of its partitions.
std::string forget_sql(const std::string& table) {
  return fmt::format("DELETE FROM {} WHERE source = ?1 AND topic = ?2 AND generation < ?3"
                     R"( AND "partition" = ifnull(?4, "partition"))",
                     table);
}

constexpr std::string_view of_partition = R"(source = ?1 AND topic = ?2 AND "partition" = ?3)";
constexpr std::string_view unmoved = "generation = ?4 AND next_offset = ?5";
constexpr std::string_view names_where_unknown =
    "cluster_id = CASE cluster_id WHEN '' THEN ?8 ELSE cluster_id END,"
    " topic_id = CASE topic_id WHEN '' THEN ?9 ELSE topic_id END";

std::optional<Offset> offset_or_null(Offset offset) {
  return offset < 0 ? std::nullopt : std::optional(offset);
}

std::optional<EpochMs> time_or_null(EpochMs timestamp_ms) {
  return timestamp_ms == no_timestamp ? std::nullopt : std::optional(timestamp_ms);
}

// What three columns from `first` on hold; nothing where there is no message.
std::optional<Fingerprint> fingerprint_in(const Statement& row, int first) {
  if (row.is_null(first) || row.is_null(first + 2)) return std::nullopt;
  return Fingerprint{row.integer(first),
                     row.is_null(first + 1) ? no_timestamp : row.integer(first + 1),
                     static_cast<std::uint64_t>(row.integer(first + 2))};
}

}  // namespace

PositionTable::PositionTable(Database& database, const std::string& table)
    : database_(database),
      table_(table),
      insert_(database.prepare(fmt::format(
          R"(INSERT INTO {} (source, topic, "partition", generation, next_offset, end_offset,)"
          " cluster_id, topic_id, job_id, updated_at)"
          " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT DO NOTHING",
          metadata_of(table)))),
      forget_(database.prepare(forget_sql(metadata_of(table)))),
      confirm_(database.prepare(
          fmt::format("UPDATE {} SET next_offset = ?6, end_offset = max(end_offset, ?7), {},"
                      " job_id = ?10, updated_at = ?11 WHERE {} AND {}",
                      metadata_of(table), names_where_unknown, of_partition, unmoved))),
      advance_(database.prepare(fmt::format(
          // Without a message the last one stays: it is what the log is known by.
          "UPDATE {} SET next_offset = ?6, end_offset = max(end_offset, ?6, ?7), {},"
          " last_timestamp_ms = CASE WHEN ?10 IS NULL THEN last_timestamp_ms ELSE ?11 END,"
          " last_hash = CASE WHEN ?10 IS NULL THEN last_hash ELSE ?12 END,"
          " last_offset = ifnull(?10, last_offset), job_id = ?13, updated_at = ?14"
          " WHERE {} AND {}",
          metadata_of(table), names_where_unknown, of_partition, unmoved))),
      look_(database.prepare(fmt::format("SELECT generation, next_offset, job_id FROM {} WHERE {}",
                                         metadata_of(table), of_partition))),
      forget_anchors_(database.prepare(forget_sql(anchors_of(table)))),
      set_anchor_(database.prepare(fmt::format(
          R"(INSERT OR REPLACE INTO {} (source, topic, "partition", generation, "offset",)"
          " timestamp_ms, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
          anchors_of(table)))) {}

void PositionTable::begin(const PlannedPartition& partition, std::string_view job_id,
                          std::string_view now) {
  const PartitionId& id = partition.id;
  const Offset stands_at = partition.stands_at();
  if (partition.begins_anew()) {
    const bool whole_topic = partition.reason == StartReason::restart;
    for (Statement* forget : {&forget_, &forget_anchors_}) {
      forget->run(id.source, id.topic, partition.generation,
                  whole_topic ? std::nullopt : std::optional<std::int64_t>(id.partition));
    }
  }
  if (!partition.is_stored) {
    // Of a table that was dropped with its positions.
    forget_anchors_.run(id.source, id.topic, std::numeric_limits<std::int64_t>::max(),
                        std::optional<std::int64_t>(id.partition));
    insert_.run(id.source, id.topic, id.partition, partition.generation, partition.from_offset,
                partition.end_offset, partition.cluster_id, partition.topic_id, job_id, now);
  } else if (partition.last) {
    confirm_.run(id.source, id.topic, id.partition, partition.generation, stands_at, stands_at, 0,
                 "", "", job_id, now);
  } else {
    confirm_.run(id.source, id.topic, id.partition, partition.generation, stands_at, stands_at,
                 partition.end_offset, partition.cluster_id, partition.topic_id, job_id, now);
  }
  if (database_.changes() != 1) fenced({id, partition.generation, stands_at});
}

void PositionTable::advance(const HeldPosition& from, const Advance& to, std::string_view job_id,
                            std::string_view now) {
  advance_.run(from.id.source, from.id.topic, from.id.partition, from.generation, from.next_offset,
               to.next_offset, from.end_offset, from.cluster_id, from.topic_id,
               offset_or_null(to.last_offset), time_or_null(to.last_timestamp_ms), to.last_hash,
               job_id, now);
  if (database_.changes() != 1) fenced(from);
}

void PositionTable::compare(const HeldPosition& held) {
  bool stands = false;
  look_.with(held.id.source, held.id.topic, held.id.partition);
  while (look_.step()) {
    stands = look_.integer(0) == held.generation && look_.integer(1) == held.next_offset;
  }
  if (!stands) fenced(held);
}

void PositionTable::set_anchor(const HeldPosition& held, const Fingerprint& message) {
  set_anchor_.run(held.id.source, held.id.topic, held.id.partition, held.generation, message.offset,
                  time_or_null(message.timestamp_ms), message.hash);
}

void PositionTable::fenced(const HeldPosition& held) {
  const std::string what = notation(held.id);
  std::string text;
  look_.with(held.id.source, held.id.topic, held.id.partition);
  if (!look_.step()) {
    text = fmt::format("fenced: the position of {} is gone from {}", what, metadata_of(table_));
  } else if (look_.integer(0) != held.generation) {
    text = fmt::format("fenced: another job ({}) began {} anew: generation {} became {}",
                       look_.text(2), what, held.generation, look_.integer(0));
  } else {
    text = fmt::format("fenced: another job ({}) moved {} from @{} to @{}", look_.text(2), what,
                       held.next_offset, look_.integer(1));
  }
  while (look_.step()) {  // to its end, so that it can be asked again
  }
  throw Error(ExitCode::try_later, fmt::format("{}: {}", database_.path(), text))
      .hint("nothing of this batch was written; run again, it goes on from what is stored");
}

void drop_anchor(Database& database, const std::string& table, const HeldPosition& held) {
  database
      .prepare(fmt::format(R"(DELETE FROM {} WHERE {} AND generation = ?4 AND "offset" = ?5)",
                           anchors_of(table), of_partition))
      .run(held.id.source, held.id.topic, held.id.partition, held.generation, held.anchor->offset);
}

std::vector<StoredPosition> read_positions(Database& database, const std::string& table) {
  const bool has_anchors = has_table(database, TableNames(table).anchors);
  Statement statement = database.prepare(fmt::format(
      R"(SELECT source, topic, "partition", next_offset, end_offset, generation, cluster_id,)"
      R"( topic_id, last_offset, last_timestamp_ms, last_hash, {})"
      R"( FROM {} {} ORDER BY source, topic, "partition")",
      has_anchors ? R"("offset", timestamp_ms, hash)" : "NULL, NULL, NULL", metadata_of(table),
      has_anchors ? fmt::format(R"(LEFT JOIN {} USING (source, topic, "partition", generation))",
                                anchors_of(table))
                  : ""));
  std::vector<StoredPosition> positions;
  while (statement.step()) {
    positions.push_back(
        StoredPosition{.id = {.source = std::string(statement.text(0)),
                              .topic = std::string(statement.text(1)),
                              .partition = static_cast<std::int32_t>(statement.integer(2))},
                       .next_offset = statement.integer(3),
                       .end_offset = statement.integer(4),
                       .generation = statement.integer(5),
                       .cluster_id = std::string(statement.text(6)),
                       .topic_id = std::string(statement.text(7)),
                       .last = fingerprint_in(statement, 8),
                       .anchor = fingerprint_in(statement, 11)});
  }
  return positions;
}

}  // namespace sluice
