#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace sluice {

// A document that a person wrote, kept to point into it. Immutable and shared: every Place in a
// definition refers to it, so an error found much later still shows the line.
struct SourceText {
  std::string path;  // as the person typed it
  std::string text;
  // Lines, from 1 and ascending, that are never shown: they may hold a secret.
  std::vector<int> hidden_lines = {};
};

// One place in a document: a line and a column, both counted from 1, the column in characters
// (UTF-8 code points) as editors count. Line 0 means "the document as a whole".
struct Place {
  std::shared_ptr<const SourceText> document;
  int line = 0;
  int column = 0;

  // The place of the byte at `offset` of the document.
  static Place at(std::shared_ptr<const SourceText> document, std::size_t offset);
};

// Something wrong in a definition.
struct Problem {
  Place place;
  std::string message;  // what is wrong, and what would be right: one sentence, no full stop

  // "actions/x.json:3:7: unknown key "tmeout" (did you mean "timeout"?)", then the line itself and
  // a caret under the column, unless the document hides it. Long lines are cut around the column.
  // Ends with a newline.
  std::string text() const;
};

// Collects all that is wrong with a set of definitions, so that a person sees everything at once.
class Problems {
 public:
  void add(Place place, std::string message);

  // Not wrong, but worth one line: a password in clear text, a key that has no meaning here.
  void warn(Place place, std::string message);

  bool any() const { return !errors_.empty(); }
  const std::vector<Problem>& errors() const { return errors_; }
  const std::vector<Problem>& warnings() const { return warnings_; }

  // Every error, in the order of document and line, each only once.
  std::string text() const;

 private:
  std::vector<Problem> errors_;
  std::vector<Problem> warnings_;
};

// A value with the place where it was written.
template <class T>
struct Located {
  T value{};
  Place place;
};

}  // namespace sluice
