#pragma once

#include "catalog/catalog.h"
#include "catalog/yaml_reader.h"

namespace sluice {

// `security` of a source. What is wrong becomes problems of the reader: unknown words, what a
// protocol or a mechanism lacks or does not know, files that cannot be read. No message shows a
// value that may be a secret; one that is written out gets a warning.
Security read_security(YamlReader& reader, const YamlValue& value);

}  // namespace sluice
