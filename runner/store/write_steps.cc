#include "store/write_steps.h"

#include <algorithm>
#include <bit>

namespace sluice {
namespace {

constexpr std::uint64_t top_bit = std::uint64_t{1} << 63;

bool is_deletion(const Batch& batch, std::uint32_t row) {
  return batch.messages()[batch.message_of_row(row)].fate == Fate::tombstone;
}

std::uint64_t prefix_of(double real) {
  const auto bits = std::bit_cast<std::uint64_t>(real == 0 ? 0.0 : real);  // -0.0 is the same key
  return (bits & top_bit) != 0 ? ~bits : bits | top_bit;
}

std::uint64_t prefix_of(std::string_view bytes) {
  std::uint64_t prefix = 0;
  for (std::size_t i = 0; i < sizeof prefix; ++i) {
    prefix = prefix << 8 | (i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0U);
  }
  return prefix;
}

// Values of one column of a key are all of the same kind, and none is NULL.
std::uint64_t prefix_of(const Cell& cell) {
  switch (cell.kind) {
    case Cell::Kind::integer:
      return static_cast<std::uint64_t>(cell.integer) ^ top_bit;
    case Cell::Kind::real:
      return prefix_of(cell.real);
    case Cell::Kind::text:
    case Cell::Kind::blob:
      return prefix_of(cell.view());
    default:
      return 0;
  }
}

int compare_key_cells(const Cell& one, const Cell& other) {
  switch (one.kind) {
    case Cell::Kind::integer:
      return one.integer < other.integer ? -1 : one.integer > other.integer ? 1 : 0;
    case Cell::Kind::real:
      return one.real < other.real ? -1 : one.real > other.real ? 1 : 0;
    case Cell::Kind::text:
    case Cell::Kind::blob:
      return one.view().compare(other.view());
    default:
      return 0;
  }
}

}  // namespace

std::span<const WriteSteps::Step> WriteSteps::by_arrival(const Batch& batch, std::size_t end) {
  superseded_ = 0;
  steps_.clear();
  if (rows_.empty()) rows_.emplace_back();
  std::vector<std::uint32_t>& all = rows_.front();
  all.resize(end);
  for (std::uint32_t row = 0; row < end; ++row) {
    all[row] = row;
    const bool deletes = is_deletion(batch, row);
    const bool goes_on = !steps_.empty() && steps_.back().deletes == deletes;
    if (!goes_on) steps_.push_back({deletes, std::span(all).subspan(row, 0)});
    steps_.back().rows = {steps_.back().rows.data(), steps_.back().rows.size() + 1};
  }
  return steps_;
}

std::span<const WriteSteps::Step> WriteSteps::by_key(const Batch& batch, std::size_t end,
                                                     bool only_last) {
  superseded_ = 0;
  for (std::vector<std::uint32_t>& rows : rows_) rows.clear();
  sort_by_key(batch, end);
  for (std::size_t first = 0; first < end;) {
    std::size_t last = first + 1;
    while (last < end && compare(batch, keyed_[first], keyed_[last]) == 0) ++last;
    lay_out(batch, std::span(keyed_).subspan(first, last - first), only_last);
    first = last;
  }
  steps_.clear();
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (!rows_[i].empty()) steps_.push_back({i % 2 == 1, rows_[i]});
  }
  return steps_;
}

void WriteSteps::sort_by_key(const Batch& batch, std::size_t end) {
  keyed_.clear();
  for (std::uint32_t row = 0; row < end; ++row) {
    keyed_.push_back({prefix_of(batch.row(row)[key_cells_.front()]), row});
  }
  const auto is_before = [&](const Keyed& one, const Keyed& other) {
    const int order = compare(batch, one, other);
    return order != 0 ? order < 0 : one.row < other.row;
  };
  if (!std::ranges::is_sorted(keyed_, is_before)) std::ranges::sort(keyed_, is_before);
}

int WriteSteps::compare(const Batch& batch, const Keyed& one, const Keyed& other) const {
  if (one.prefix != other.prefix) return one.prefix < other.prefix ? -1 : 1;
  const std::span<const Cell> a = batch.row(one.row);
  const std::span<const Cell> b = batch.row(other.row);
  for (const std::size_t cell : key_cells_) {
    if (const int order = compare_key_cells(a[cell], b[cell]); order != 0) return order;
  }
  return 0;
}

// Steps are taken one after another, so what comes after a change of kind goes into a later one.
void WriteSteps::lay_out(const Batch& batch, std::span<const Keyed> of_one_key, bool only_last) {
  std::size_t step = 0;
  bool has_row = false;  // of this key, in `step`
  for (const auto& [prefix, row] : of_one_key) {
    const bool deletes = is_deletion(batch, row);
    if (deletes != (step % 2 == 1)) {
      ++step;
      has_row = false;
    }
    if (rows_.size() <= step) rows_.resize(step + 1);
    if (!has_row || !only_last) {
      rows_[step].push_back(row);
    } else if (!deletes) {
      rows_[step].back() = row;
      ++superseded_;
    }
    has_row = true;
  }
}

}  // namespace sluice
