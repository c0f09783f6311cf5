#pragma once

#include <string>

#include "catalog/catalog.h"
#include "catalog/yaml_reader.h"

namespace sluice {

// schemas/datasets/<name>.yaml. What is wrong becomes problems of the reader; the dataset then
// holds what could be understood, so that the plan does not complain about the same thing again.
Dataset read_dataset(YamlReader& reader, const YamlValue& root, const std::string& name);

}  // namespace sluice
