#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "action/action.h"
#include "catalog/catalog.h"
#include "data/position.h"

namespace sluice {

// What a job will do, decided before anything is touched. Plain data: print it, test it, then act
// on it. It owns all it needs; the action and the catalog may go.

// What the broker knows of a message beside its value.
enum class BrokerField { offset, partition, timestamp, date, topic, key, headers };

// One attribute that the decoder looks for: a path of keys from the root of the message. The
// index in LoadPlan::attributes is the index of its cell.
struct PlannedAttribute {
  std::vector<std::string> path;
  // The cell holds the value's JSON text unchanged, whatever it is (for json columns: a string
  // keeps its quotes and escapes); null stays null.
  bool as_written = false;

  bool operator==(const PlannedAttribute&) const = default;
};

// The same value in every row, already fitted to its column's type. monostate is NULL.
using PlannedConstant = std::variant<std::monostate, std::int64_t, double, std::string>;

struct PlannedColumn {
  std::string name;
  ColumnType type = ColumnType::text;
  bool nullable = false;
  std::variant<std::size_t,  // index in LoadPlan::attributes
               BrokerField, PlannedConstant>
      from;
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
};

// One topic to read.
struct PlannedTopic {
  std::string source;
  std::string topic;
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

struct LoadPlan {
  std::string action;
  std::vector<SourceEntry> sources;  // each once, those that `topics` names
  std::vector<PlannedTopic> topics;
  std::vector<PlannedAttribute> attributes;
  PlannedTable table;
  StopRules stop;
  BatchLimits batch;
  std::int64_t fetch_messages = 2'000;  // the most messages taken from the source at once
  std::int64_t max_rejects = 0;
  std::chrono::milliseconds lock_timeout = std::chrono::seconds(60);
  IfRunning if_running = IfRunning::fail;
  bool always_up = false;
  std::optional<std::string> publish_group;  // told the committed offsets, never asked for them
};

}  // namespace sluice
