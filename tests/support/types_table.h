#pragma once

#include <string>
#include <vector>

namespace sluice::test {

// tests/data/types.tsv: which JSON value fits which column, and what is stored.
struct TypesRow {
  std::string column;  // { type: integer }
  std::string json;    // the value, or "(missing)" for a message without the attribute
  std::string result;  // an SQL literal, or "reject: why"
  int line = 0;
};
std::vector<TypesRow> read_types_table();

// The rows as the README shows them: a Markdown table with one line for each column.
std::string types_reference(const std::vector<TypesRow>& rows);

}  // namespace sluice::test
