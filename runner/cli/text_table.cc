#include "cli/text_table.h"

#include <algorithm>

#include "base/excerpt.h"
#include "base/utf8.h"

namespace sluice {

TextTable::TextTable(std::vector<std::string> header, std::size_t most_width)
    : most_width_(most_width), widths_(header.size()) {
  add(header);
}

void TextTable::add(const std::vector<std::string>& row) {
  std::vector<std::string> cells;
  for (std::size_t i = 0; i < row.size(); ++i) {
    cells.push_back(excerpt(row[i], most_width_));
    widths_[i] = std::max(widths_[i], utf8_length(cells.back()));
  }
  rows_.push_back(std::move(cells));
}

std::string TextTable::text() const {
  std::string text;
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += "  " + row[i];
      line.append(widths_[i] - utf8_length(row[i]), ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace sluice
