#include <doctest/doctest.h>

#include "prepare/fit.h"
#include "support/cells.h"
#include "support/one_partition.h"

using namespace sluice;

namespace {

// What a column keeps of a broker field, or why not.
std::string stored(BrokerField field, const ColumnSpec& spec, const Message& message) {
  LoadPlan plan;
  plan.table.columns.push_back({"c", spec, true, field});
  Batch batch(0, 1, 1);
  batch.take(message);
  Fitter fitter(plan, test::one_partition());
  fitter.fit(batch, 0);
  return batch.row_count() == 1 ? test::line_of(batch.row(0)) : batch.rejects()[0].reason.text;
}

ColumnSpec datetime(int digits) {
  ColumnSpec spec = ColumnType::datetime;
  spec.digits = digits;
  return spec;
}

std::string of_time(EpochMs time_ms, const ColumnSpec& spec,
                    BrokerField field = BrokerField::timestamp) {
  return stored(field, spec, {.timestamp_ms = time_ms, .value = "{}"});
}

std::string of_key(Bytes key, const ColumnSpec& spec) {
  return stored(BrokerField::key, spec, {.key = key, .value = "{}"});
}

}  // namespace

TEST_CASE("$timestamp is a datetime with the column's digits, cut and not refused, or epoch ms") {
  constexpr EpochMs at = 1'795'405'279'123;
  CHECK(of_time(at, datetime(0)) == "'2026-11-23T03:41:19Z'");
  CHECK(of_time(at, datetime(3)) == "'2026-11-23T03:41:19.123Z'");
  CHECK(of_time(at, ColumnType::datetime) == "'2026-11-23T03:41:19.123000Z'");
  CHECK(of_time(at, datetime(9)) == "'2026-11-23T03:41:19.123000000Z'");
  CHECK(of_time(at, ColumnType::text) == "'2026-11-23T03:41:19.123000Z'");
  CHECK(of_time(at, ColumnType::integer) == "#1795405279123");
  CHECK(of_time(no_timestamp, ColumnType::datetime) == "null");
}

TEST_CASE("bounds hold for $timestamp as for any value") {
  ColumnSpec spec = datetime(0);
  spec.bounds.emplace();
  spec.bounds->min.whole = 0;
  spec.bounds->min_text = "1970-01-01";
  CHECK(of_time(999, spec) == "'1970-01-01T00:00:00Z'");
  CHECK(of_time(-2, spec) == "\"1969-12-31T23:59:59Z\" is less than min 1970-01-01");
}

TEST_CASE("$date is the day in UTC") {
  constexpr EpochMs at = 1'795'405'279'123;
  CHECK(of_time(at, ColumnType::date, BrokerField::date) == "'2026-11-23'");
  CHECK(of_time(at, ColumnType::text, BrokerField::date) == "'2026-11-23'");
  CHECK(of_time(no_timestamp, ColumnType::date, BrokerField::date) == "null");
  CHECK(of_time(253'402'300'800'000, ColumnType::text, BrokerField::date) == "'10000-01-01'");
}

TEST_CASE("$key is text, bytes as they are, or read as a JSON string of its content") {
  ColumnSpec decimal = ColumnType::decimal;
  decimal.scale = 2;
  ColumnSpec epoch = datetime(0);
  epoch.unit = TimeUnit::milliseconds;
  CHECK(of_key("ann", ColumnType::text) == "'ann'");
  CHECK(of_key("ann", ColumnType::blob) == "3 bytes");
  CHECK(of_key("\xFF", ColumnType::blob) == "1 bytes");
  CHECK(of_key("", ColumnType::blob) == "0 bytes");
  CHECK(of_key("", ColumnType::text) == "''");
  CHECK(of_key("42", ColumnType::integer) == "#42");
  CHECK(of_key("42", ColumnType::real) == "~42");
  CHECK(of_key("1.5", decimal) == "'1.50'");
  CHECK(of_key("true", ColumnType::boolean) == "#1");
  CHECK(of_key("2026-11-23", ColumnType::date) == "'2026-11-23'");
  CHECK(of_key("1795405279000", epoch) == "'2026-11-23T03:41:19Z'");
  CHECK(of_key(R"({"id": 7})", ColumnType::json) == R"('{"id": 7}')");
  CHECK(of_key(Bytes(), ColumnType::text) == "null");
  CHECK(of_key(Bytes(), ColumnType::blob) == "null");
  CHECK(of_key(Bytes(), ColumnType::integer) == "null");

  CHECK(of_key("ann", ColumnType::integer) == "\"ann\" is not an integer of 64 bits");
  CHECK(of_key("ann", ColumnType::json) == "\"ann\" is not JSON");
  CHECK(of_key("\xFF", ColumnType::text).ends_with("is not UTF-8"));
  CHECK(of_key("\xFF", ColumnType::integer).ends_with("is not an integer of 64 bits"));
  CHECK(of_key("\xFF", ColumnType::json).ends_with("is not JSON"));
}

namespace {

// A table (id from $key, name from the first attribute) that is upserted into by id.
LoadPlan upsert_by_key(const ColumnSpec& key) {
  LoadPlan plan;
  plan.table.write_mode = WriteMode::upsert;
  plan.table.key_cells = {1};
  plan.table.tombstones_delete = true;
  plan.table.columns.push_back({"name", ColumnType::text, false, std::size_t{0}});
  plan.table.columns.push_back({"id", key, false, BrokerField::key});
  return plan;
}

// The row that a tombstone with this key deletes, or why it is a reject.
std::string deleted(const LoadPlan& plan, Bytes key) {
  Batch batch(1, 2, 1);
  batch.take({.key = key});
  batch.messages()[0].fate = Fate::tombstone;
  Fitter fitter(plan, test::one_partition());
  fitter.fit(batch, 0);
  if (batch.row_count() == 0) return batch.rejects()[0].reason.text;
  CHECK(batch.messages()[0].fate == Fate::tombstone);
  return test::line_of(batch.row(0));
}

}  // namespace

TEST_CASE("in an upsert a tombstone becomes the key of the row that it deletes") {
  CHECK(deleted(upsert_by_key(ColumnType::integer), "42") == "null #42");
  CHECK(deleted(upsert_by_key(ColumnType::text), "42") == "null '42'");
  CHECK(deleted(upsert_by_key(ColumnType::date), "2026-11-23T00:00Z") == "null '2026-11-23'");
  CHECK(deleted(upsert_by_key(ColumnType::integer), "abc") ==
        "\"abc\" is not an integer of 64 bits");
  CHECK(deleted(upsert_by_key(ColumnType::integer), Bytes()) ==
        "the value is null, and the column is not nullable");
  LoadPlan without_key = upsert_by_key(ColumnType::integer);
  without_key.table.tombstones_delete = false;
  CHECK(deleted(without_key, "42") ==
        "is a tombstone, and the table's key, by which it would delete a row, is not mapped to "
        "$key");
}

TEST_CASE("in an append a tombstone gives no row") {
  LoadPlan plan = upsert_by_key(ColumnType::integer);
  plan.table.write_mode = WriteMode::append;
  Batch batch(1, 2, 1);
  batch.take({.key = "42"});
  batch.messages()[0].fate = Fate::tombstone;
  Fitter(plan, test::one_partition()).fit(batch, 0);
  CHECK(batch.row_count() == 0);
  CHECK(batch.rejects().empty());
}
