#include "store/reject_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "sqlite/quote.h"
#include "store/existing_table.h"
#include "store/names.h"

namespace sluice {
namespace {

Patience short_patience() {
  Patience patience;
  patience.limit = std::chrono::seconds(5);
  return patience;
}

std::optional<std::string> bytes_of(const Statement& row, int column) {
  return row.is_null(column) ? std::nullopt : std::optional(std::string(row.text(column)));
}

Bytes view_of(const std::optional<std::string>& bytes) {
  return bytes ? Bytes(bytes->data(), bytes->size()) : Bytes();
}

EpochMs time_of(const Statement& row, int column) {
  return row.is_null(column) ? no_timestamp : row.integer(column);
}

const char* or_else(const ExistingTable& rejects, const char* column, const char* otherwise) {
  return rejects.find(column) != nullptr ? column : otherwise;
}

// A group's times and its example, which is the one with the lowest row.
void add(RejectGroup& group, const Statement& row) {
  const EpochMs time = time_of(row, 5);
  if (++group.count == 1) {
    const PartitionId id{{}, std::string(row.text(2)), static_cast<std::int32_t>(row.integer(3))};
    group.example = notation(id, row.integer(4));
  }
  if (time == no_timestamp) return;
  group.first_ms = group.first_ms == no_timestamp ? time : std::min(group.first_ms, time);
  group.last_ms = std::max(group.last_ms, time);
}

}  // namespace

Message RejectRecord::message() const {
  return {.partition = 0,
          .offset = offset,
          .timestamp_ms = timestamp_ms,
          .key = view_of(key),
          .value = view_of(value),
          .headers = view_of(headers)};
}

std::string_view without_value(std::string_view reason) {
  const bool begins_with_value = reason.starts_with('"') || reason.starts_with('{') ||
                                 reason.starts_with('[') || reason.starts_with('-') ||
                                 reason.starts_with("true ") || reason.starts_with("false ") ||
                                 (!reason.empty() && reason[0] >= '0' && reason[0] <= '9');
  if (!begins_with_value) return reason;
  // Behind a text comes its quote; what is in it may hold the same words.
  const std::string_view close = reason.starts_with('"') ? "\" " : " ";
  std::size_t verb = std::string_view::npos;
  for (const std::string_view word : {"is ", "has "}) {
    verb = std::min(verb, reason.find(std::string(close) + std::string(word)));
  }
  return verb == std::string_view::npos ? reason : reason.substr(verb + close.size());
}

std::string reject_filter_sql(const ExistingTable& rejects) {
  return fmt::format(
      "(?1 IS NULL OR instr(reason, ?1) > 0 OR instr({}, ?1) > 0) AND (?2 IS NULL OR timestamp_ms "
      "< ?2)",
      or_else(rejects, "reason_without_value", "NULL"));
}

RejectReader::RejectReader(const std::string& database_path, std::string_view table) {
  std::error_code failed;
  if (std::filesystem::status(database_path, failed).type() ==
      std::filesystem::file_type::not_found) {
    return;
  }
  database_.emplace(database_path, Database::Mode::look, short_patience());
  const std::string name = TableNames(table).rejects;
  const std::optional<ExistingTable> rejects = look_at_table(*database_, name);
  if (!rejects) return;
  rejects_ = quote_identifier(name);
  generation_ = or_else(*rejects, "generation", "1");
  without_value_ = or_else(*rejects, "reason_without_value", "NULL");
  filter_ = reject_filter_sql(*rejects);
}

RejectReader::~RejectReader() = default;

std::vector<RejectGroup> RejectReader::groups() {
  std::map<std::pair<std::string, std::string>, RejectGroup> groups;
  if (rejects_.empty()) return {};
  Statement statement = database_->prepare(fmt::format(
      R"(SELECT column_name, reason, topic, "partition", "offset", timestamp_ms, {} FROM {})"
      " ORDER BY rowid",
      without_value_, rejects_));
  while (statement.step()) {
    std::string column(statement.text(0));
    std::string reason(statement.is_null(6) ? without_value(statement.text(1)) : statement.text(6));
    RejectGroup& group = groups[{column, reason}];
    group.column = std::move(column);
    group.reason = std::move(reason);
    add(group, statement);
  }
  std::vector<RejectGroup> sorted;
  for (auto& [key, group] : groups) sorted.push_back(std::move(group));
  std::ranges::stable_sort(sorted, std::ranges::greater(), &RejectGroup::count);
  return sorted;
}

std::int64_t RejectReader::count(const RejectFilter& filter) {
  if (rejects_.empty()) return 0;
  Statement statement =
      database_->prepare(fmt::format("SELECT count(*) FROM {} WHERE {}", rejects_, filter_));
  const NullableText reason{filter.reason ? std::string_view(*filter.reason) : std::string_view()};
  return statement.with(reason, filter.before_ms).step() ? statement.integer(0) : 0;
}

std::vector<RejectRecord> RejectReader::at(std::string_view topic, std::int32_t partition,
                                           Offset offset) {
  std::vector<RejectRecord> records;
  if (rejects_.empty()) return records;
  Statement statement = database_->prepare(fmt::format(
      R"(SELECT rowid, source, topic, "partition", "offset", {}, timestamp_ms, "key", value,)"
      R"( headers, column_name, reason, job_id FROM {})"
      R"( WHERE topic = ?1 AND "partition" = ?2 AND "offset" = ?3 ORDER BY rowid)",
      generation_, rejects_));
  statement.with(topic, partition, offset);
  while (statement.step()) {
    records.push_back({.row = statement.integer(0),
                       .id = {std::string(statement.text(1)), std::string(statement.text(2)),
                              static_cast<std::int32_t>(statement.integer(3))},
                       .offset = statement.integer(4),
                       .generation = statement.integer(5),
                       .timestamp_ms = time_of(statement, 6),
                       .key = bytes_of(statement, 7),
                       .value = bytes_of(statement, 8),
                       .headers = bytes_of(statement, 9),
                       .column = std::string(statement.text(10)),
                       .reason = std::string(statement.text(11)),
                       .job_id = std::string(statement.text(12))});
  }
  return records;
}

}  // namespace sluice
