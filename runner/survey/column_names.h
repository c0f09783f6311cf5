#pragma once

#include <optional>
#include <string>
#include <vector>

#include "data/path.h"

namespace sluice {

// Gives the attributes of a topic names as columns of a table: an attribute's own name where that
// may be one, else the nearest that may; what lies deeper is joined, "origin_city". No two names
// differ only in case.
class ColumnNames {
 public:
  struct Name {
    std::string name;
    std::string remark;  // why it is not the attribute's; empty where it is
  };
  Name take(const Path& path);

 private:
  std::vector<std::string> taken_;  // folded
};

}  // namespace sluice
