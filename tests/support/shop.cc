#include "support/shop.h"

#include <doctest/doctest.h>

namespace sluice::test {

Shop::Shop(int partitions) { broker.create_topic("orders", partitions); }

void Shop::produce(const std::string& lines, const std::vector<std::string>& more) const {
  std::vector<std::string> arguments{"produce", "shop/orders"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const Ended ended = project.sluice(std::move(arguments), lines);
  CAPTURE(ended.err);
  REQUIRE(ended.exit_code == 0);
}

}  // namespace sluice::test
