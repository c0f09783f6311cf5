#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace sluice {

// A regular expression of RE2 (https://github.com/google/re2/wiki/Syntax), whose time grows with
// the text alone: no pattern that somebody writes can hold up a load. The only door to the library.
class Pattern {
 public:
  explicit Pattern(std::string_view pattern);
  ~Pattern();
  Pattern(Pattern&&) noexcept;
  Pattern& operator=(Pattern&&) noexcept;

  // What is wrong with it; empty where it can be used. Only then may the rest be called.
  std::string problem() const;

  // What is wrong with a replacement, in which \1 to \9 are what groups matched and \0 is all of
  // it.
  std::string replacement_problem(std::string_view replacement) const;

  // Whether it matches anywhere in the text, which is valid UTF-8.
  bool is_found_in(std::string_view text) const;

  // `text` with every match replaced, in `result`. False where nothing matches.
  bool replace_all(std::string_view text, std::string_view replacement, std::string& result) const;

 private:
  class Compiled;
  std::unique_ptr<Compiled> compiled_;
};

}  // namespace sluice
