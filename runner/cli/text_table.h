#pragma once

#include <string>
#include <vector>

namespace sluice {

// Rows of texts as a table for people: columns side by side, as wide as they must be. Cells are
// made safe to print, and cut where they are long.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> header, std::size_t most_width = 32);

  // As many cells as the header has.
  void add(const std::vector<std::string>& row);

  // A line for each row, indented by two blanks.
  std::string text() const;

 private:
  std::size_t most_width_;
  std::vector<std::vector<std::string>> rows_;
  std::vector<std::size_t> widths_;
};

}  // namespace sluice
