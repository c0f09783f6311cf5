#include "prepare/rules/rules.h"

#include <algorithm>

#include "base/decimal.h"
#include "prepare/mapped_cell.h"
#include "prepare/rules/json_value.h"
#include "prepare/rules/rule_pass.h"
#include "types/fit.h"

namespace sluice {
namespace {

// All rules go over so many records before they go on, so that cells stay in the cache of the
// processor: over a whole batch at once 30 rules take 1.5 times as long.
constexpr std::uint32_t records_of_block = 64;

// A constant as it would come in a message: a decimal that is kept as an integer is its number
// again.
Cell unfitted(const PlannedConstant& constant, const ColumnSpec& spec, Arena& arena) {
  const Cell kept = cell_of(constant);
  if (spec.type == ColumnType::json && kept.kind == Cell::Kind::text) {
    return Cell::of_bytes(Cell::Kind::json, kept.view());
  }
  const bool is_scaled = spec.type == ColumnType::decimal && kept.kind == Cell::Kind::integer;
  if (!is_scaled) return kept;
  char text[longest_decimal];
  const std::size_t size = write_decimal(kept.integer, spec.scale, text);
  return Cell::of_bytes(Cell::Kind::number, arena.copy({text, size}));
}

// A tombstone says which row it deletes; no rule is run for it.
bool gives_a_row(const Batch& batch, std::uint32_t record) {
  return batch.is_open(record) ||
         batch.messages()[batch.record(record).message].fate == Fate::tombstone;
}

}  // namespace

Rules::Rules(const LoadPlan& plan, const std::vector<PlannedPartition>& partitions,
             const Clock& clock)
    : clock_(clock), rules_(plan.rules) {
  for (const PlannedColumn& column : plan.table.columns) {
    if (column.rules_cell) columns_.push_back(column);
  }
  for (const PlannedColumn& column : columns_) {
    const auto* constant = std::get_if<PlannedConstant>(&column.from);
    constants_.push_back(constant != nullptr ? unfitted(*constant, column.spec, arena_)
                                             : Cell::missing());
  }
  for (const PlannedPartition& partition : partitions) {
    partitions_.push_back(partition.id);
    topics_.push_back(partition.topic);
  }
  for (std::uint32_t number = 0; number < rules_.size(); ++number) {
    Passes& passes = rules_[number].topic ? on_attributes_ : on_columns_;
    passes.push_back(make_pass(rules_[number], number, moments_));
  }
  for (Passes* passes : {&on_attributes_, &on_columns_}) {
    std::stable_partition(passes->begin(), passes->end(),
                          [](const auto& pass) { return !pass->comes_last(); });
  }
}

Rules::~Rules() = default;

void Rules::prepare_attributes(Batch& batch, std::uint32_t first) {
  run(on_attributes_, batch, first);
}

void Rules::prepare_columns(Batch& batch, std::uint32_t first) {
  run(on_columns_, batch, first);
  give_back_json(batch, first);
}

void Rules::run(const Passes& passes, Batch& batch, std::uint32_t first) {
  if (passes.empty()) return;
  moments_.set(clock_.wall_ms(), batch.arena());
  const std::uint32_t end = batch.record_count();
  const auto last_ones =
      std::ranges::find_if(passes, [](const auto& pass) { return pass->comes_last(); });
  for (std::uint32_t block = first; block < end; block += records_of_block) {
    const std::uint32_t block_end = std::min(end, block + records_of_block);
    if (&passes == &on_columns_) fetch_columns(batch, block, block_end);
    for (auto pass = passes.begin(); pass != last_ones; ++pass) {
      (*pass)->run(batch, block, block_end, topics_);
    }
  }
  for (auto pass = last_ones; pass != passes.end(); ++pass) {
    (*pass)->run(batch, first, end, topics_);
  }
  asks_to_stop_ = asks_to_stop_ || std::ranges::any_of(passes, &RulePass::asks_to_stop);
}

void Rules::fetch_columns(Batch& batch, std::uint32_t first, std::uint32_t last) const {
  for (std::uint32_t record = first; record < last; ++record) {
    if (!gives_a_row(batch, record)) continue;
    const std::span<Cell> cells = batch.attributes(record);
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const Cell cell = mapped(batch, record, i);
      cells[*columns_[i].rules_cell] =
          columns_[i].spec.type == ColumnType::json ? value_of_json(cell, batch.arena()) : cell;
    }
  }
}

Cell Rules::mapped(Batch& batch, std::uint32_t record, std::size_t column) const {
  return mapped_cell(batch, record, columns_[column], constants_[column], partitions_);
}

void Rules::give_back_json(Batch& batch, std::uint32_t first) const {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i].spec.type != ColumnType::json) continue;
    for (std::uint32_t record = first; record < batch.record_count(); ++record) {
      if (!gives_a_row(batch, record)) continue;
      Cell& cell = batch.attributes(record)[*columns_[i].rules_cell];
      cell = json_after_rules(mapped(batch, record, i), cell, batch.arena());
    }
  }
}

}  // namespace sluice
