#pragma once

#include <string_view>

namespace sluice {

// Why a table or a column must not have this name, or nothing where it may. Compared as SQLite
// compares: SLUICE_x is as reserved as sluice_x.
std::string_view why_reserved_table(std::string_view name);
std::string_view why_reserved_column(std::string_view name);

}  // namespace sluice
