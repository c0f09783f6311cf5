#pragma once

#include <string_view>

namespace sluice {

// Why a librdkafka property must not be set in a catalog, or nothing where it may. Whether the
// library knows the property and takes its value is for the library to say.
std::string_view why_fixed(std::string_view property);

}  // namespace sluice
