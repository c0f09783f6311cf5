#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/ascii_case.h"
#include "plan/plan.h"

namespace sluice {

// The tables of a load: the user's own and those beside it, as formats in the README tell.
// Unquoted: they pass through quote_identifier() on their way into SQL.
struct TableNames {
  explicit TableNames(std::string_view table_name)
      : table(table_name),
        metadata(table + "__metadata"),
        rejects(table + "__rejects"),
        gaps(table + "__gaps"),
        newest(table + "__newest"),
        anchors(table + "__anchors") {}

  std::string table;
  std::string metadata;  // how far the table is
  std::string rejects;   // messages that gave no row, with their bytes
  std::string gaps;      // ranges lost before they could be loaded
  std::string newest;    // while there are rejects: which message wrote each key last
  std::string anchors;   // older messages that a log is known by, until a later job has met them
};

// A column that provenance adds.
struct ProvenanceColumn {
  const char* name;
  const char* type;
};
// Those of the table: none without provenance; _element only where a message may give several rows.
// They stand in the order of BatchTable's origin columns.
std::span<const ProvenanceColumn> provenance_columns(const PlannedTable& table);

}  // namespace sluice
