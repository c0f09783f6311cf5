#pragma once

#include <string>
#include <vector>

#include "source/kafka/embedded_broker.h"
#include "support/project.h"

namespace sluice::test {

// An embedded broker with the topic "orders", and a project that loads it.
struct Shop {
  EmbeddedBroker broker;
  Project project{broker.address(), "orders"};

  explicit Shop(int partitions = 1);

  // Lines, each a message; `more`: arguments of `sluice produce`.
  void produce(const std::string& lines, const std::vector<std::string>& more = {}) const;
};

}  // namespace sluice::test
