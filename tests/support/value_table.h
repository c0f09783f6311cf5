#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sluice::test {

// A table of tests/data that says what becomes of JSON values: three fields with a tab between them
// in each line, comments begin with "#".
struct ValueRow {
  std::string subject;  // a column, a rule
  std::string json;     // the value, or "(missing)" for a message without the attribute
  std::string result;   // what it becomes, or "reject: why"
  int line = 0;
};
std::vector<ValueRow> read_value_table(const std::string& name);

// The rows as the README shows them: a Markdown table with one line for each subject. `header`:
// "Column | JSON value → stored | Rejected".
std::string value_reference(const std::vector<ValueRow>& rows, std::string_view header);

// The table in README.md that is made of tests/data/NAME; what scripts/types-reference writes.
std::string readme_table(const std::string& name);
void write_readme_table(const std::string& name, const std::string& table);

}  // namespace sluice::test
