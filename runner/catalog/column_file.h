#pragma once

#include "catalog/catalog.h"
#include "catalog/yaml_reader.h"

namespace sluice {

// One column of a dataset's file: `price: { type: decimal, precision: 10, scale: 2 }`. What is
// wrong with it becomes a problem; the answer then only serves to look for more.
Column read_column(YamlReader& reader, const YamlEntry& entry);

}  // namespace sluice
