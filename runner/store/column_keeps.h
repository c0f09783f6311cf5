#pragma once

#include <string>

#include "store/existing_table.h"
#include "types/column_spec.h"

namespace sluice {

// Why a column of a table that is there already would refuse or change values of this type; empty
// where it keeps them. SQLite converts by the column's affinity: "1.50" and "007" become numbers
// in a column declared DECIMAL or STRING, and 9007199254740993 another one in a column declared
// REAL. What a conversion leaves equal is no fault: an integer in a TEXT column, a date in a
// DATETIME column. https://www.sqlite.org/datatype3.html#type_affinity
std::string why_not_kept(const ColumnSpec& spec, const ExistingColumn& column, bool is_strict);

}  // namespace sluice
