#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/stop_signal.h"

namespace sluice {

// The lines of a file, a pipe or a terminal, without their line feeds. A wait for more ends within
// 100 ms after the StopSignal; a line that is only half there is dropped then.
//
// Throws Error{no_input} with the system's reason where it cannot be opened or read, and
// Error{bad_data} for a line that is longer than any message can be.
class LineReader {
 public:
  // "" or "-" is standard input.
  LineReader(const std::string& path, const StopSignal& stop);
  ~LineReader();
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  // False at the end, and when asked to stop. The line lives until the next call.
  bool next(std::string_view& line);

  // "lines.txt:3", the line read last.
  std::string place() const;

 private:
  bool fill();
  bool await() const;
  bool take(std::size_t length, std::string_view& line);

  std::string name_;
  const StopSignal& stop_;
  int file_ = -1;
  std::string buffer_;
  std::size_t begin_ = 0;  // of what was not handed out yet
  std::int64_t lines_ = 0;
};

}  // namespace sluice
