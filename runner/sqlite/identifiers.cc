#include "sqlite/identifiers.h"

#include <algorithm>

#include "base/ascii_case.h"

namespace sluice {
namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '$' || static_cast<unsigned char>(c) >= 0x80;
}

// Goes through the words of an expression: https://www.sqlite.org/draft/tokenreq.html
class Words {
 public:
  explicit Words(std::string_view sql) : rest_(sql) {}

  // The next name, quoted or not; false at the end.
  bool next(std::string& name) {
    while (!rest_.empty()) {
      const char c = rest_.front();
      if (rest_.starts_with("--")) {
        skip_past("\n");
      } else if (rest_.starts_with("/*")) {
        skip_past("*/");
      } else if (c == '\'') {
        quoted('\'');
      } else if (c == '"' || c == '`' || c == '[') {
        name = quoted(c == '[' ? ']' : c);
        return true;
      } else if (is_word(c)) {
        const auto end = std::ranges::find_if_not(rest_, is_word);
        name.assign(rest_.begin(), end);
        rest_.remove_prefix(name.size());
        return true;
      } else {
        rest_.remove_prefix(1);
      }
    }
    return false;
  }

  bool is_before_bracket() const {
    const auto first = rest_.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && rest_[first] == '(';
  }

 private:
  void skip_past(std::string_view end) {
    const auto at = rest_.find(end, 2);
    rest_.remove_prefix(at == std::string_view::npos ? rest_.size() : at + end.size());
  }

  std::string quoted(char quote) {
    std::string text;
    rest_.remove_prefix(1);
    while (!rest_.empty()) {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == quote) {
        if (quote == ']' || !rest_.starts_with(quote)) break;
        rest_.remove_prefix(1);
      }
      text += c;
    }
    return text;
  }

  std::string_view rest_;
};

}  // namespace

std::string other_spelling(std::string_view expression, std::string_view name) {
  Words words(expression);
  std::string word;
  std::string before;
  while (words.next(word)) {
    const bool is_column = !words.is_before_bracket() && !is_same_name(before, "AS") &&
                           !is_same_name(before, "COLLATE");
    if (is_column && word != name && is_same_name(word, name)) return word;
    before = word;
  }
  return {};
}

}  // namespace sluice
