#pragma once

#include "base/problem.h"
#include "catalog/catalog.h"

namespace sluice {

// What only librdkafka can tell of a source's definition, asked without a connection: properties
// that it does not know or whose value it refuses, mechanisms that it was built without,
// certificates, keys and keystores that are none, and passwords that do not open them. Each becomes
// a problem at its place in the catalog. Files are looked into only where nothing is wrong so far.
// Costs nothing where neither `security` nor `properties` are given.
void check_with_library(const SourceEntry& source, Problems& problems);

}  // namespace sluice
