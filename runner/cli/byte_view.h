#pragma once

#include <string>
#include <string_view>

namespace sluice {

// Foreign bytes for a person: their lines where all of it can be printed, else as a hex dump of 16
// bytes a line. Each line is indented; ends with a newline.
std::string byte_view(std::string_view bytes);

// The same for JSON: a string, or {"hex": "…"} where they are no UTF-8.
std::string byte_json(std::string_view bytes);

}  // namespace sluice
