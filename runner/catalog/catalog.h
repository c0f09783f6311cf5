#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/problem.h"
#include "types/column_spec.h"

namespace sluice {

// What `schemas/` declares: sources (Kafka clusters with their topics) and datasets (databases
// with their tables). Plain data, checked as far as each file alone tells.

enum class OffsetPolicy { earliest, latest };

struct Topic {
  std::string name;
  Place place;
  OffsetPolicy offset_policy = OffsetPolicy::earliest;
  // Declared attributes, in the file's order; empty where none are declared.
  std::vector<std::string> attributes;
};

struct SourceEntry {
  std::string name;
  Place place;          // of the file's first key
  std::string servers;  // "host:port,host:port"
  std::chrono::milliseconds connect_timeout = std::chrono::seconds(10);
  // Properties of librdkafka, in the file's order; none that the program fixes.
  std::vector<std::pair<std::string, std::string>> properties;
  std::map<std::string, Topic> topics;
};

struct Column {
  std::string name;
  ColumnSpec spec = ColumnType::text;
  bool nullable = false;
  Place place;
};

struct Table {
  std::string name;
  Place place;
  std::vector<Column> columns;  // at least one; names differ by more than case
  std::vector<std::string> primary_key;
  std::vector<std::vector<std::string>> indexes;
  bool provenance = false;  // adds _source, _topic, _generation, _partition, _offset

  const Column* find(std::string_view column) const;
};

struct Dataset {
  std::string name;
  Place place;
  std::string path;  // of the SQLite file, the project's directory already in front
  std::map<std::string, Table> tables;
};

struct Catalog {
  std::string project;  // the directory that holds schemas/
  std::map<std::string, SourceEntry> sources;
  std::map<std::string, Dataset> datasets;
  // Names of all that have a file, read or not, sorted. What is known but not in the maps above
  // has a file that could not be read; its problems have been reported.
  std::vector<std::string> known_sources;
  std::vector<std::string> known_datasets;
};

}  // namespace sluice
