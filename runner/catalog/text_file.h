#pragma once

#include <cstddef>
#include <string>

namespace sluice {

// The content of a small file, or why there is none.
struct TextFile {
  std::string text;
  std::string problem;      // "cannot be read: Permission denied"; empty where `text` is whole
  bool is_missing = false;  // there is no such file
};

// Reads at most `most_bytes`; a longer file is a problem, so that a device or a wrong path cannot
// fill the memory.
TextFile read_text_file(const std::string& path, std::size_t most_bytes);

}  // namespace sluice
