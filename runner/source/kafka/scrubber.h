#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"

namespace sluice {

// Takes a source's secrets out of texts that come from outside: librdkafka's log and what brokers
// answer. They should hold none; this is the second lock on the door. librdkafka's complaint about
// a property may repeat its value: one from env: or file: is taken out as well.
class Scrubber {
 public:
  explicit Scrubber(const SourceEntry& source);

  // Every secret of 4 characters or more as "***".
  std::string clean(std::string_view text) const;

 private:
  std::vector<std::string> secrets_;
};

}  // namespace sluice
