#include "cli/reject_trial.h"

#include <algorithm>
#include <functional>

#include "base/json_check.h"
#include "cli/world.h"
#include "job/preparation.h"
#include "types/fit.h"

namespace sluice {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

std::optional<std::size_t> topic_of(const LoadPlan& plan, const PartitionId& id) {
  for (std::size_t i = 0; i < plan.topics.size(); ++i) {
    if (plan.topics[i].source == id.source && plan.topics[i].topic == id.topic) return i;
  }
  return std::nullopt;
}

std::optional<std::size_t> broken_json_at(const LoadPlan& plan, std::size_t topic, Bytes value) {
  if (plan.topics[topic].format != MessageFormat::json || is_null(value)) return std::nullopt;
  const std::size_t mark = value.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
  const auto fault = json_fault(value.substr(mark));
  return fault ? std::optional(*fault + mark) : std::nullopt;
}

// A cell is a view into the message, but for a text with escapes.
std::optional<std::size_t> place_in(Bytes value, const Cell& cell) {
  using Kind = Cell::Kind;
  if (cell.kind != Kind::number && cell.kind != Kind::text && cell.kind != Kind::json) return {};
  const std::less<> before;
  const bool is_inside =
      !before(cell.bytes, value.data()) && before(cell.bytes, value.data() + value.size());
  return is_inside ? std::optional(static_cast<std::size_t>(cell.bytes - value.data()))
                   : std::nullopt;
}

// The first value for the column that does not fit it: with `explode` each element has one.
std::optional<std::size_t> misfit_at(const LoadPlan& plan, Batch& batch,
                                     const std::string& column) {
  const auto planned = std::ranges::find(plan.table.columns, column, &PlannedColumn::name);
  if (planned == plan.table.columns.end()) return std::nullopt;
  const auto* attribute = std::get_if<std::size_t>(&planned->from);
  if (attribute == nullptr) return std::nullopt;
  for (std::uint32_t record = 0; record < batch.record_count(); ++record) {
    const Cell cell = batch.attributes(record)[*attribute];
    if (cell.is_null_or_missing()) continue;
    if (fit_to_type(cell, planned->spec, batch.arena()).kind != Cell::Kind::missing) continue;
    return place_in(batch.messages()[0].record.value, cell);
  }
  return std::nullopt;
}

}  // namespace

RejectTrial try_reject(const LoadPlan& plan, const RejectRecord& reject) {
  RejectTrial trial;
  const auto topic = topic_of(plan, reject.id);
  if (!topic) return trial;
  trial.is_ours = true;
  PlannedPartition partition;
  partition.id = reject.id;
  partition.topic = *topic;
  const std::function<bool()> is_over = [] { return false; };
  Preparation preparation(plan, {partition}, real_world().clock, is_over);
  Batch batch(plan.attributes.size(), plan.table.columns.size(), 1);
  preparation.decode(batch, batch.take(reject.message()));
  preparation.prepare(batch, 0);
  trial.is_filtered = batch.messages()[0].fate == Fate::filtered;
  if (batch.rejects().empty()) return trial;
  trial.reason = batch.rejects().front().reason.text;
  trial.column = batch.rejects().front().column;
  trial.fault_at = trial.column.empty() ? broken_json_at(plan, *topic, reject.message().value)
                                        : misfit_at(plan, batch, trial.column);
  return trial;
}

}  // namespace sluice
