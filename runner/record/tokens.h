#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace simdjson::internal {
class dom_parser_implementation;
}

namespace sluice {

// Where the tokens of a JSON text begin: brackets, commas, colons, strings, and whatever else
// stands between those and blanks, be it a number or not. It may be several texts, one right behind
// another: nothing is asked of what tokens follow each other.
//
// This is the first of simdjson's two stages, which goes over the bytes with the vector
// instructions of the processor that the program runs on. What comes next is the walk of who reads
// the tokens: simdjson's own on-demand parser is compiled for the least processor that the program
// is built for, and looks only at what it is asked for. The stage is no part of the library's
// documented interface, but has been what it is here from 1.0 to 4.x. One thread.
class Tokens {
 public:
  Tokens();
  ~Tokens();

  // Finds the tokens of `text`, behind which Arena::padding bytes may be read. They are valid UTF-8
  // then, every string is closed and holds no control character, and there is at least one token.
  // Returns what is wrong instead, as a sentence, or null. Throws std::bad_alloc.
  const char* find(std::string_view text);

  // The positions in the text; *end() may be read and is the text's size. Until the next find().
  const std::uint32_t* begin() const { return begin_; }
  const std::uint32_t* end() const { return end_; }

 private:
  void grow(std::size_t capacity);

  std::unique_ptr<simdjson::internal::dom_parser_implementation> stage_;
  std::size_t capacity_ = 0;
  const std::uint32_t* begin_ = nullptr;
  const std::uint32_t* end_ = nullptr;
};

}  // namespace sluice
