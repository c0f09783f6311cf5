#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sluice {

// At most `limit` bytes of foreign bytes, safe to print on a terminal and to store as text:
// control characters and invalid UTF-8 become \xNN, what was left out becomes "…".
std::string excerpt(std::string_view bytes, std::size_t limit = 120);

}  // namespace sluice
