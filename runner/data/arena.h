#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace sluice {

// Memory for the bytes of one batch: handed out in order, never moved, given back all at once and
// kept for the next batch, so that a load in its stride asks the system for nothing.
//
// Behind every piece at least `padding` bytes may be read (not written), as simdjson wants it.
// Not safe to share between threads.
class Arena {
 public:
  static constexpr std::size_t padding = 64;  // >= simdjson::SIMDJSON_PADDING, checked in record/

  explicit Arena(std::size_t block_bytes = 1 << 20) : block_bytes_(block_bytes) {}

  // `size` bytes that stay where they are until clear().
  char* allocate(std::size_t size) {
    if (left_ < size + padding) next_block(size + padding);
    char* piece = at_;
    at_ += size;
    left_ -= size;
    used_ += size;
    return piece;
  }

  std::string_view copy(std::string_view bytes) {
    char* piece = allocate(bytes.size());
    if (!bytes.empty()) std::memcpy(piece, bytes.data(), bytes.size());
    return {piece, bytes.size()};
  }

  std::size_t used_bytes() const { return used_; }

  // All pieces end here; the blocks stay, but for one that a giant message had asked for.
  void clear();

 private:
  struct Block {
    std::unique_ptr<char[]> bytes;
    std::size_t size;
  };

  void next_block(std::size_t at_least);

  std::size_t block_bytes_;
  std::vector<Block> blocks_;
  std::size_t in_use_ = 0;  // blocks handed out from, the last one being filled
  char* at_ = nullptr;
  std::size_t left_ = 0;
  std::size_t used_ = 0;
};

}  // namespace sluice
