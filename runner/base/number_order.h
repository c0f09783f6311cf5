#pragma once

#include <compare>
#include <string_view>

namespace sluice {

// How two numbers as JSON writes them stand to each other, whatever their size: digit by digit,
// never through a double, so that 1e400 is less than 1e401. Both must be numbers (is_json_number).
std::strong_ordering compare_numbers(std::string_view a, std::string_view b);

}  // namespace sluice
