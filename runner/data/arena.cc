#include "data/arena.h"

#include <algorithm>

namespace sluice {

void Arena::next_block(std::size_t at_least) {
  // A block that is too small for a giant message is skipped, not lost: clear() starts over.
  while (in_use_ < blocks_.size() && blocks_[in_use_].size < at_least) ++in_use_;
  if (in_use_ == blocks_.size()) {
    const std::size_t size = std::max(block_bytes_, at_least);
    blocks_.push_back({std::make_unique_for_overwrite<char[]>(size), size});
  }
  at_ = blocks_[in_use_].bytes.get();
  left_ = blocks_[in_use_].size;
  ++in_use_;
}

void Arena::clear() {
  std::erase_if(blocks_, [this](const Block& block) { return block.size > block_bytes_; });
  in_use_ = 0;
  at_ = nullptr;
  left_ = 0;
  used_ = 0;
}

}  // namespace sluice
