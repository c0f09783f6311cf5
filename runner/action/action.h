#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "action/rule.h"
#include "action/scalar.h"
#include "base/problem.h"
#include "base/timestamp.h"
#include "data/path.h"
#include "data/position.h"

namespace sluice {

// A load as a person wrote it: one JSON document, parsed and checked as far as the document alone
// tells. Whether its names exist is the plan's question. Plain data; every name keeps its place.

// "dwh/<container>/<item>": a source and its topic, or a dataset and its table.
struct Address {
  std::string container;
  std::string item;
  Place place;  // of the string in the document
};

// An offset for every selected partition, or one for each named partition.
using OffsetChoice = std::variant<Offset, std::map<std::int32_t, Offset>>;

enum class MessageFormat {
  json,
  raw,  // the whole value is the attribute $value
};

// One entry of params.load_from.
struct LoadFrom {
  Address source;
  MessageFormat format = MessageFormat::json;
  std::optional<Located<Path>> explode = {};  // to an array: each of its elements gives a row
  // Where a first load starts. At most one of the two is set.
  std::optional<Located<OffsetChoice>> offset_number;  // N >= 0 absolute, -N the last N offsets
  std::optional<Located<EpochMs>> timestamp;
  // Where a range ends (exclusive). At most one of the two is set.
  std::optional<Located<OffsetChoice>> until_offset;  // no negative numbers
  std::optional<Located<EpochMs>> until_timestamp;
  std::optional<Located<std::vector<std::int32_t>>> partitions;  // sorted, unique; absent: all
  std::optional<std::int64_t> extract_chunk_size;                // messages, > 0
  std::vector<Rule> source_rules = {};  // on attributes, before anything else sees them
};

// How one column is filled.
struct Mapping {
  std::string column;
  Place place;  // of the column's name
  // The attribute or path to take (`default`), from the root down. A single step that starts with
  // "$" is a broker field.
  struct Take {
    Path path;
    bool is_attribute = false;  // written as `attribute`: a bare broker name may be meant
    Place place;
  };
  // The same value for every row (`replace`).
  struct Constant {
    Scalar value;
    std::string text;  // as written in JSON
    Place place;
  };
  // What an SQLite expression over attributes and broker fields gives (`sql`).
  struct Expression {
    std::string sql;
    Place place;
  };
  std::variant<Take, Constant, Expression> from;
};

// Something about a row that a person wants to be told of.
struct Alert {
  std::string name;
  std::string when;  // an SQLite expression over the row's columns, attributes and broker fields
  Place place;       // of the expression
};

// What must hold when a job has come to its end.
struct Expectations {
  std::optional<std::int64_t> min_rows;    // of the table
  std::optional<std::int64_t> max_lag;     // of each partition, in offsets
  std::optional<double> max_reject_ratio;  // rejected / messages, from 0 to 1
  std::vector<Located<std::string>> sql;   // SQLite expressions over the database

  bool any() const { return min_rows || max_lag || max_reject_ratio || !sql.empty(); }
};

enum class OnNewAttribute { ignore, fail };
enum class OnDataLoss { fail, skip };
enum class OnTopicChanged { fail, restart };

enum class WriteMode {
  append,
  upsert,  // one row a key: a message of a key that is there changes its row
};

enum class ExecutionMode { serverless, always_up };
enum class Until { timeout, end };
enum class IfRunning { fail, skip, wait };

struct Action {
  std::shared_ptr<const SourceText> document;
  std::string name;  // the document's `name`, else its file's name without ".json"
  // Something in the document is wrong and was left out: what is here is good for looking for more
  // problems only, and what is missing is no problem of its own.
  bool is_partial = false;

  std::vector<LoadFrom> load_from;  // at least one
  Address load_to;
  std::optional<std::vector<Mapping>> schema;  // absent: every column by its own name
  Place schema_place;                          // of the `schema` key's value, or of `params`
  std::optional<Located<std::string>> filter;  // an SQLite expression; others give no row
  std::vector<Alert> alerts;                   // with different names
  std::vector<Rule> rules;                     // on columns, before they are fitted
  OnNewAttribute on_new_attribute = OnNewAttribute::ignore;
  OnDataLoss on_data_loss = OnDataLoss::fail;
  OnTopicChanged on_topic_changed = OnTopicChanged::fail;

  std::optional<std::int64_t> load_batch_size;                   // rows, > 0
  std::optional<std::chrono::milliseconds> load_batch_interval;  // > 0
  std::optional<std::int64_t> max_rejects;                       // messages
  std::optional<double> max_reject_ratio;                        // from 0 to 1
  Expectations expect;
  Located<WriteMode> write_mode = {};
  std::optional<Located<std::string>> newest_by = {};  // a column; with upsert only

  std::optional<std::chrono::milliseconds> timeout = std::chrono::hours(2);  // none: always-up only
  ExecutionMode execution_mode = ExecutionMode::serverless;
  Until until = Until::timeout;
  std::optional<std::int64_t> max_messages;               // > 0
  std::optional<std::chrono::milliseconds> idle_timeout;  // > 0
  bool segmentation_active = false;                       // several workers may read
  std::int64_t instances = 1;                             // that many at most, > 0
  std::chrono::milliseconds lock_timeout = std::chrono::seconds(60);
  std::optional<std::int64_t> memory_limit_bytes;  // of queues and batches, at least 16 MB
  IfRunning if_running = IfRunning::fail;
  std::optional<std::string> publish_group;  // a Kafka group that is told the committed offsets
};

}  // namespace sluice
