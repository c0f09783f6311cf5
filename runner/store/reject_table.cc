#include "store/reject_table.h"

#include <fmt/format.h>

#include "base/error.h"
#include "sqlite/database.h"
#include "sqlite/quote.h"
#include "store/names.h"

namespace sluice {
namespace {

constexpr std::string_view the_row =
    R"(rowid = ?1 AND source = ?2 AND topic = ?3 AND "partition" = ?4 AND "offset" = ?5)";

NullableText column_of(const Reject& reject) {
  return {reject.column.empty() ? std::string_view() : reject.column};
}

// SQLite's "UNIQUE constraint failed: guesses.index, guesses.name" names columns behind the colon,
// each with the table in front and none of it quoted.
std::string behind_colon(std::string_view message) {
  const std::size_t colon = message.find(": ");
  return colon == std::string_view::npos ? std::string() : std::string(message.substr(colon + 2));
}

std::string columns_in(std::string_view message, std::string_view table) {
  std::string list = behind_colon(message);
  const std::string prefix = std::string(table) + ".";
  for (std::size_t at = 0; at < list.size();) {
    if (list.compare(at, prefix.size(), prefix) == 0) list.erase(at, prefix.size());
    const std::size_t next = list.find(", " + prefix, at);
    at = next == std::string::npos ? list.size() : next + 2;
  }
  return list;
}

std::string text_or(std::string text, std::string_view otherwise) {
  return text.empty() ? std::string(otherwise) : text;
}

}  // namespace

Reject reject_of(const Refusal& refusal, std::string_view table, std::uint32_t message) {
  const std::string& said = refusal.message;
  switch (refusal.kind) {
    case Refusal::Kind::not_null:
      return {message, columns_in(said, table), "is NULL, and the table's column is NOT NULL"};
    case Refusal::Kind::unique:
      return {message, columns_in(said, table),
              "a row with this value is in the table already (" + said + ")"};
    case Refusal::Kind::check:
      return {message, "", "breaks the table's CHECK: " + text_or(behind_colon(said), said)};
    case Refusal::Kind::foreign_key:
      return {message, "", "breaks a FOREIGN KEY of the table: the row it refers to is not there"};
    case Refusal::Kind::trigger:
      return {message, "", "refused by a trigger of the table: " + said};
    case Refusal::Kind::other:
      return {message, "", "refused by the table: " + said};
  }
  return {message, "", said};
}

RejectTable::RejectTable(Database& database, const std::string& table)
    : database_(database),
      insert_(database.prepare(fmt::format(
          R"(INSERT INTO {} (source, topic, "partition", "offset", timestamp_ms, "key", value,)"
          " headers, column_name, reason, job_id, generation, reason_without_value)"
          " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
          quote_identifier(TableNames(table).rejects)))),
      remove_(database.prepare(fmt::format("DELETE FROM {} WHERE {}",
                                           quote_identifier(TableNames(table).rejects), the_row))),
      keep_(database.prepare(fmt::format("UPDATE {} SET column_name = ?6, reason = ?7, job_id = ?8,"
                                         " reason_without_value = ?9 WHERE {}",
                                         quote_identifier(TableNames(table).rejects), the_row))) {}

void RejectTable::add(const HeldPosition& from, const Message& message, const Reject& reject,
                      std::string_view job_id) {
  const auto timestamp =
      message.timestamp_ms == no_timestamp ? std::nullopt : std::optional(message.timestamp_ms);
  insert_.run(from.id.source, from.id.topic, from.id.partition, message.offset, timestamp,
              Blob{message.key}, Blob{message.value}, NullableText{message.headers},
              column_of(reject), reject.reason.text, job_id, from.generation,
              reject.reason.without_value);
}

void RejectTable::remove(std::int64_t row, const HeldPosition& from, Offset offset) {
  remove_.run(row, from.id.source, from.id.topic, from.id.partition, offset);
  check_was_there(from, offset);
}

void RejectTable::keep(std::int64_t row, const HeldPosition& from, Offset offset,
                       const Reject& reject, std::string_view job_id) {
  keep_.run(row, from.id.source, from.id.topic, from.id.partition, offset, column_of(reject),
            reject.reason.text, job_id, reject.reason.without_value);
  check_was_there(from, offset);
}

void RejectTable::check_was_there(const HeldPosition& from, Offset offset) const {
  if (database_.changes() == 1) return;
  throw Error(ExitCode::try_later,
              fmt::format("the reject {} is not where it was: somebody else replayed or purged it, "
                          "or vacuumed the database",
                          notation(from.id, offset)))
      .hint("nothing of this batch was written; run again");
}

}  // namespace sluice
