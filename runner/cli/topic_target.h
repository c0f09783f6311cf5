#pragma once

#include <string>

#include "catalog/catalog.h"

namespace sluice {

// SOURCE/TOPIC of a command line: the source as the catalog has it, and a topic that it need not
// declare.
struct TopicTarget {
  SourceEntry source;
  std::string topic;
};

// Throws Error{usage} where it is not written so, Error{definition} where the source is wrong or
// missing.
TopicTarget topic_target(const std::string& target, const std::string& project);

}  // namespace sluice
