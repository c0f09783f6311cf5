#pragma once

#include <optional>
#include <string>
#include <vector>

#include "support/scenario.h"

namespace sluice::test {

// A scenario whose table orders keeps one row for each key of the messages: `id`, an integer, is
// mapped to $key.
class Upserting : public Scenario {
 public:
  // `columns`: more of them as the dataset declares them, a line each. `mapped`: those that are
  // filled by the attributes of their names. `more`: of the table, below the primary key.
  Upserting(const std::string& columns, const std::vector<std::string>& mapped,
            const std::string& more = {});

  void send(int partition, std::optional<std::string> key, std::optional<std::string> value);

  // "1=ann 2=bob", by id; "-" for NULL.
  std::string table(const std::string& column) const;
};

}  // namespace sluice::test
