#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "action/action.h"
#include "catalog/catalog.h"
#include "data/path.h"
#include "data/position.h"
#include "plan/planned_rule.h"
#include "sqlite/record_table.h"

namespace sluice {

// What a job will do, decided before anything is touched. Plain data: print it, test it, then act
// on it. It owns all it needs; the action and the catalog may go.

// What the broker knows of a message beside its value.
enum class BrokerField { offset, partition, timestamp, date, topic, key, headers, value };

// What one cell of a record holds; the index in LoadPlan::attributes is the index of the cell.
// Without a path and a field it is where an expression or a rule leaves its value.
struct PlannedAttribute {
  // From the root of the message down; the decoder looks for it.
  Path path = {};
  // The cell holds the value's JSON text unchanged, whatever it is (for json columns: a string
  // keeps its quotes and escapes); null stays null.
  bool as_written = false;
  // With `explode`: the path begins at the element, and may be empty for the element itself.
  bool of_element = false;
  std::optional<BrokerField> field = {};  // what the broker knows, for expressions

  bool is_of_message() const { return !path.empty() || of_element; }
  bool operator==(const PlannedAttribute&) const = default;
};

// An SQLite expression over a record. Reckoned in the plan's order, before anything is fitted.
struct PlannedExpression {
  std::string column;  // that it fills; empty: the filter
  std::string sql;     // as written
  std::vector<NamedCell> names;
  std::size_t cell = 0;  // for its value; unused by the filter
  bool is_json = false;  // its value must be JSON, and is kept as such
};

// An SQLite expression over a row that is to be told of.
struct PlannedAlert {
  std::string name;
  std::string sql;
  std::vector<NamedCell> names;
};

// The same value in every row, already as its column keeps it.
using PlannedConstant = StoredValue;

struct PlannedColumn {
  std::string name;
  ColumnSpec spec = ColumnType::text;
  bool nullable = false;
  std::variant<std::size_t,  // index in LoadPlan::attributes
               BrokerField, PlannedConstant>
      from;
  // False where the action leaves the column out and a new row gets its default: an upsert then
  // leaves it as it is in a row that is there.
  bool is_mapped = true;
  std::optional<std::size_t> rules_cell = {};  // where rules take its value to, and leave it
};

// The table as the store must find or make it.
struct PlannedTable {
  std::string dataset;
  std::string database_path;
  std::string name;
  std::vector<PlannedColumn> columns;  // those that a row fills, in the dataset's order
  std::vector<Column> declared;        // all columns of the dataset's table, in its order
  std::vector<std::string> primary_key;
  std::vector<std::vector<std::string>> indexes;
  bool provenance = false;
  bool has_elements = false;  // a message may give several rows: provenance has _element
  SqliteSettings sqlite = {};

  WriteMode write_mode = WriteMode::append;
  // The rest is for upsert. Cells of the primary key, in its order, and the cell of `newest_by`.
  std::vector<std::size_t> key_cells = {};
  std::optional<std::size_t> newest_by = {};
  // Whether a message without a value says which row it deletes: the key is known from $key.
  bool tombstones_delete = false;
};

// One topic to read.
struct PlannedTopic {
  std::string source;
  std::string topic;
  MessageFormat format = MessageFormat::json;
  std::optional<std::size_t> explode = {};  // the cell of the array, as written
  OffsetPolicy offset_policy = OffsetPolicy::earliest;
  std::optional<OffsetChoice> offset_number;
  std::optional<EpochMs> timestamp;
  std::optional<OffsetChoice> until_offset;
  std::optional<EpochMs> until_timestamp;
  std::optional<std::vector<std::int32_t>> partitions;  // absent: all
};

// When a job ends, whichever comes first; each is a success.
struct StopRules {
  std::optional<std::chrono::milliseconds> timeout;       // of the whole job, from its start
  bool until_end = false;                                 // caught up with the end seen at start
  std::optional<std::int64_t> max_messages;               // taken from the source, all partitions
  std::optional<std::chrono::milliseconds> idle_timeout;  // since the last message
};

// What bounds one transaction, whichever comes first.
struct BatchLimits {
  std::int64_t rows = 50'000;
  std::chrono::milliseconds interval = std::chrono::seconds(1);
  std::size_t bytes = 16 << 20;  // of messages, cells and rows in memory; one message may exceed it
};

// How many messages of a job may be rejects. The message that breaks the count is not taken; the
// ratio is judged by what is committed.
struct RejectBudget {
  std::int64_t count = 0;
  std::optional<double> ratio = {};  // of the messages

  static constexpr std::int64_t unlimited = INT64_MAX;
};

// What the reading half of a load hands to the writing half at once: small enough to be in the
// processor's cache still when it is written, unless others wait before it. Several may make up one
// transaction.
struct HandoverLimits {
  std::int64_t records = 4'000;
  std::size_t bytes = 1 << 20;  // as in BatchLimits
  // On their way at most: as many as keep both halves at work when one of them stands still for a
  // moment, as a checkpoint of SQLite makes it do for 30 ms and more.
  std::size_t batches = 16;
};

struct LoadPlan {
  std::string action;
  std::vector<SourceEntry> sources;  // each once, those that `topics` names
  std::vector<PlannedTopic> topics;
  std::vector<PlannedAttribute> attributes;  // the cells of a record
  std::vector<PlannedExpression> expressions;
  std::optional<PlannedExpression> filter;
  std::vector<PlannedAlert> alerts;
  std::vector<PlannedRule> rules;
  OnNewAttribute on_new_attribute = OnNewAttribute::ignore;
  OnDataLoss on_data_loss = OnDataLoss::fail;
  OnTopicChanged on_topic_changed = OnTopicChanged::fail;
  PlannedTable table;
  StopRules stop;
  BatchLimits batch;
  HandoverLimits handover;
  std::size_t memory_bytes = 256 << 20;  // at most, of queues and batches
  // Of all batches that are on their way between the halves.
  std::size_t handover_bytes() const { return memory_bytes / 4; }
  std::size_t workers = 1;               // at most, that read at once; see plan_segments()
  std::int64_t fetch_messages = 2'000;   // the most messages taken from the source at once
  RejectBudget rejects;
  Expectations expect;
  std::chrono::milliseconds lock_timeout = std::chrono::seconds(60);
  IfRunning if_running = IfRunning::fail;
  bool always_up = false;
  std::optional<std::string> publish_group;  // told the committed offsets, never asked for them
};

}  // namespace sluice
