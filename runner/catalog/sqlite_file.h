#pragma once

#include "catalog/catalog.h"
#include "catalog/yaml_reader.h"

namespace sluice {

// The `sqlite` of a dataset.
SqliteSettings read_sqlite(YamlReader& reader, const YamlValue& value);

}  // namespace sluice
