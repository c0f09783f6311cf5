#pragma once

#include <string_view>

#include "catalog/yaml_reader.h"
#include "types/column_spec.h"

namespace sluice {

// Reads what a column says beside its type and `nullable`: each option belongs to some types, has
// its own range, and must fit the others. `what` names the column in sentences. `spec` has its type
// and gets the rest.
void read_column_options(YamlReader& reader, const YamlMap& column, std::string_view what,
                         ColumnSpec& spec);

}  // namespace sluice
