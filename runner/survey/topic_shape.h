#pragma once

#include <string>
#include <vector>

#include "action/action.h"
#include "data/path.h"
#include "survey/guess_type.h"
#include "survey/topic_profile.h"

namespace sluice {

// A column that an attribute would fill.
struct FoundColumn {
  std::string name;
  Path path;  // "$value" alone: the whole message
  ColumnSpec spec;
  bool nullable = false;
  std::vector<std::string> remarks;
  const ValueProfile* profile = nullptr;
};

// What to make of a topic: the definition of a load that takes every JSON object of the profile
// (or every message, where it is read raw) without a reject.
struct TopicShape {
  MessageFormat format = MessageFormat::json;
  std::vector<FoundColumn> columns;  // empty where there was nothing to learn from
  std::vector<std::string> remarks;

  // An attribute as the source declares it; none where not all of them can be.
  struct Attribute {
    std::string name;
    ColumnType type;
  };
  std::vector<Attribute> attributes;
};

// A table has 2,000 columns at most (SQLITE_MAX_COLUMN), those of provenance included.
inline constexpr std::size_t most_columns = 1'900;

// The shape refers to the profile.
TopicShape shape_of(const TopicProfile& profile);

}  // namespace sluice
