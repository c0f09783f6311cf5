#include "plan/make_plan.h"

#include <algorithm>

#include "plan/expectations.h"
#include "plan/planned_table.h"
#include "plan/planned_topics.h"

namespace sluice {
namespace {

StopRules stop_rules(const Action& action) {
  StopRules stop;
  stop.timeout = action.timeout;
  stop.until_end = action.until == Until::end;
  stop.max_messages = action.max_messages;
  stop.idle_timeout = action.idle_timeout;
  return stop;
}

BatchLimits batch_limits(const Action& action) {
  BatchLimits limits;
  limits.rows = action.load_batch_size.value_or(limits.rows);
  limits.interval = action.load_batch_interval.value_or(limits.interval);
  return limits;
}

// Where a ratio is given, it alone is the budget unless a count is given too.
RejectBudget reject_budget(const Action& action) {
  const std::int64_t otherwise = action.max_reject_ratio ? RejectBudget::unlimited : 0;
  return {action.max_rejects.value_or(otherwise), action.max_reject_ratio};
}

// Where keys decide where a row goes, a batch that is not the first of its transaction would cost
// more than it brings (see Transaction::mark), and sorting pays the more rows there are: so it is a
// whole transaction.
HandoverLimits handover_limits(const LoadPlan& plan) {
  const PlannedTable& table = plan.table;
  HandoverLimits limits;
  if (!table.primary_key.empty() || !table.indexes.empty() || table.provenance) {
    limits = {.records = plan.batch.rows, .bytes = plan.batch.bytes, .batches = 2};
  }
  limits.bytes = std::min(limits.bytes, plan.handover_bytes() / limits.batches);
  return limits;
}

// Each has a client of its own at every source that it reads from, and half of the memory is for
// what these have fetched: one with less than this would starve.
std::size_t most_workers(const Action& action, const LoadPlan& plan) {
  constexpr std::size_t least_bytes = 2 << 20;
  if (!action.segmentation_active) return 1;
  const std::size_t room = plan.memory_bytes / 2 / plan.sources.size() / least_bytes;
  return std::clamp<std::size_t>(static_cast<std::size_t>(action.instances), 1,
                                 std::max<std::size_t>(room, 1));
}

// One reader serves all entries, so the smallest wish binds it.
std::int64_t fetch_messages(const Action& action, std::int64_t by_default) {
  std::optional<std::int64_t> smallest;
  for (const LoadFrom& entry : action.load_from) {
    if (!entry.extract_chunk_size) continue;
    smallest = std::min(smallest.value_or(*entry.extract_chunk_size), *entry.extract_chunk_size);
  }
  return smallest.value_or(by_default);
}

}  // namespace

std::optional<LoadPlan> make_plan(const Action& action, const Catalog& catalog,
                                  Problems& problems) {
  LoadPlan plan;
  plan.action = action.name;
  const std::vector<const Topic*> topics = plan_topics(action, catalog, plan, problems);
  plan_table(action, catalog, topics, plan, problems);
  plan.stop = stop_rules(action);
  plan.batch = batch_limits(action);
  if (action.memory_limit_bytes) {
    plan.memory_bytes = static_cast<std::size_t>(*action.memory_limit_bytes);
  }
  if (!plan.sources.empty()) plan.workers = most_workers(action, plan);
  plan.handover = handover_limits(plan);
  plan.fetch_messages = fetch_messages(action, plan.fetch_messages);
  plan.rejects = reject_budget(action);
  plan.expect = action.expect;
  check_expectations(action, catalog, problems);
  plan.on_new_attribute = action.on_new_attribute;
  plan.on_data_loss = action.on_data_loss;
  plan.on_topic_changed = action.on_topic_changed;
  plan.lock_timeout = action.lock_timeout;
  plan.if_running = action.if_running;
  plan.publish_group = action.publish_group;
  plan.always_up = action.execution_mode == ExecutionMode::always_up;
  if (problems.any()) return {};
  return plan;
}

}  // namespace sluice
