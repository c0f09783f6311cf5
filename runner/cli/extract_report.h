#pragma once

#include <string>

#include "job/sampler.h"
#include "survey/topic_shape.h"

namespace sluice {

// What `sluice extract` found, for people and for programs.
struct Extract {
  std::string source;
  std::string topic;
  SampledLog log;
  const TopicProfile& profile;
  const TopicShape& shape;
};
std::string to_text(const Extract& extract);
std::string to_json(const Extract& extract);

}  // namespace sluice
