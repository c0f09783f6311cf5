#pragma once

#include <string>

#include "catalog/catalog.h"
#include "catalog/yaml_reader.h"

namespace sluice {

// schemas/sources/<name>.yaml. What is wrong becomes problems of the reader; the entry then holds
// what could be understood, so that the plan does not complain about the same thing again.
SourceEntry read_source(YamlReader& reader, const YamlValue& root, const std::string& name);

}  // namespace sluice
