#pragma once

#include <string>
#include <string_view>

#include "data/cell.h"
#include "types/scalar_text.h"

namespace sluice {

// What a value says as text, in rules: numbers and JSON as they are written, true and false by
// name. Null (a view without data) for bytes that are no UTF-8, for NULL and for what is no number.
class RuleText {
 public:
  explicit RuleText(const Cell& cell);
  std::string_view view() const { return view_; }
  bool is_text() const { return view_.data() != nullptr; }

 private:
  ScalarText scalar_;
  std::string_view view_;
};

// The value for a message to a person: `"abc"`, `42`, cut short and safe to print.
std::string shown(const Cell& cell);

}  // namespace sluice
