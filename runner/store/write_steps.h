#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "data/batch.h"

namespace sluice {

// The rows of a batch in steps of one statement each, rows that are written and rows that
// tombstones delete apart. Memory is kept from batch to batch. One thread.
class WriteSteps {
 public:
  // `key_cells`: the cells of a row that are its key.
  explicit WriteSteps(std::vector<std::size_t> key_cells) : key_cells_(std::move(key_cells)) {}

  struct Step {
    bool deletes = false;
    std::span<const std::uint32_t> rows;  // live until the next arrangement
  };

  // Rows before `end` as they came.
  std::span<const Step> by_arrival(const Batch& batch, std::size_t end);

  // Rows before `end` ordered by key, so that each page of the table is met once: limits of a
  // random order and of a sorted one are a third apart. The order of rows with the same key stays.
  // With `only_last` a row is left out where the same key is written again with nothing between:
  // superseded() tells how many.
  std::span<const Step> by_key(const Batch& batch, std::size_t end, bool only_last);
  std::int64_t superseded() const { return superseded_; }

 private:
  struct Keyed {
    std::uint64_t prefix;  // orders as the first cell of the key does, as far as 64 bits tell
    std::uint32_t row;
  };

  void sort_by_key(const Batch& batch, std::size_t end);
  int compare(const Batch& batch, const Keyed& one, const Keyed& other) const;
  void lay_out(const Batch& batch, std::span<const Keyed> of_one_key, bool only_last);

  std::vector<std::size_t> key_cells_;
  std::vector<Keyed> keyed_;
  std::vector<std::vector<std::uint32_t>> rows_;  // of each step; rows and deletions in turn
  std::vector<Step> steps_;
  std::int64_t superseded_ = 0;
};

}  // namespace sluice
