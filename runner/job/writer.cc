#include "job/writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/excerpt.h"
#include "job/expectations.h"

namespace sluice {
namespace {

// Before, a single bad message at the beginning would be too large a share.
constexpr std::int64_t least_messages_for_ratio = 1'000;

std::string value_excerpt(const Message& message) {
  if (is_null(message.value)) return "no value";
  if (message.value.empty()) return "an empty value";
  return excerpt(message.value, 160);
}

}  // namespace

Writer::Writer(Store& store, const LoadPlan& plan, const std::vector<PlannedPartition>& partitions)
    : store_(store), budget_(plan.rejects) {
  for (const PlannedAlert& alert : plan.alerts) {
    written_.alerts.push_back({.name = alert.name, .first = {}});
  }
  for (const PlannedRule& rule : plan.rules) written_.rules.push_back({.name = rule.name});
  go_on_from(partitions);
}

void Writer::go_on_from(const std::vector<PlannedPartition>& partitions) {
  const std::vector<PartitionReport> before = std::exchange(written_.partitions, {});
  for (const PlannedPartition& partition : partitions) {
    PartitionReport& report =
        written_.partitions.emplace_back(PartitionReport{.id = partition.id,
                                                         .from_offset = partition.from_offset,
                                                         .next_offset = partition.stands_at(),
                                                         .end_offset = partition.end_offset,
                                                         .messages = 0,
                                                         .note = partition.note});
    const auto same = std::ranges::find(before, partition.id, &PartitionReport::id);
    if (same == before.end()) continue;
    report.messages = same->messages;
    if (!partition.begins_anew()) report.from_offset = same->from_offset;
    if (report.note.empty()) report.note = same->note;
  }
  settle();
}

bool Writer::write(Batch& batch, Then then) {
  if (batch.empty()) return then == Then::commit && commit();
  const Counts& counts = written_.counts;
  const Written written = store_.write(batch, budget_.count - counts.rejected, counts, then);
  account(batch, written);
  std::optional<Error> failure;
  if (written.over_budget) failure = over_budget_error(batch, *written.over_budget);
  batch.clear();
  is_open_ = true;
  if (written.is_committed) settle();
  if (failure) throw *failure;
  if (written.is_committed) judge_ratio_so_far();
  return written.is_committed;
}

bool Writer::commit() {
  if (!is_open_) return false;
  store_.commit();
  settle();
  judge_ratio_so_far();
  return true;
}

void Writer::pass_lost_ranges(const std::vector<PartitionIndex>& partitions) {
  for (const Advance& advance : store_.pass_lost_ranges(partitions, written_.counts)) {
    written_.partitions[advance.partition].next_offset = advance.next_offset;
  }
  settle();
}

void Writer::settle() {
  const std::lock_guard lock(mutex_);
  committed_ = written_;
  is_open_ = false;
}

std::vector<PartitionReport> Writer::partitions() const {
  const std::lock_guard lock(mutex_);
  return committed_.partitions;
}

void Writer::judge_ratio_so_far() const {
  if (counts().messages >= least_messages_for_ratio) judge_ratio();
}

void Writer::judge_ratio() const {
  if (!budget_.ratio || !is_over_ratio(counts(), *budget_.ratio)) return;
  throw Error(ExitCode::bad_data, fmt::format("{}, and \"max_reject_ratio\" is {}",
                                              ratio_text(counts()), *budget_.ratio))
      .hint("what was loaded is committed and stays, the rejects beside the table");
}

void Writer::account(const Batch& batch, const Written& written) {
  written_.counts += written.counts;
  for (const Advance& advance : written.advances) {
    written_.partitions[advance.partition].next_offset = advance.next_offset;
  }
  const std::size_t end =
      written.over_budget ? written.over_budget->message : batch.messages().size();
  for (const TakenMessage& message : batch.messages().first(end)) {
    ++written_.partitions[message.record.partition].messages;
  }
  if (!written_.alerts.empty()) account_alerts(batch, written);
  if (!written_.rules.empty()) account_rules(batch, written);
}

// Rows that were refused, or that stand behind the end, raise no alert.
void Writer::account_alerts(const Batch& batch, const Written& written) {
  for (const AlertHit& hit : batch.alert_hits()) {
    const bool is_behind = written.over_budget && hit.message >= written.over_budget->message;
    if (is_behind || std::ranges::binary_search(written.rejected, hit.message)) continue;
    AlertReport& alert = written_.alerts[hit.alert];
    ++(hit.has_failed ? alert.failed : alert.count);
    if (hit.has_failed || alert.count > 1) continue;
    const Message& message = batch.messages()[hit.message].record;
    alert.first = notation(written_.partitions[message.partition].id, message.offset);
  }
}

// What a message skipped counts where it was taken, and not as a reject.
void Writer::account_rules(const Batch& batch, const Written& written) {
  for (std::uint32_t number = 0; number < batch.record_count(); ++number) {
    const BatchRecord& record = batch.record(number);
    if (written.over_budget && record.message >= written.over_budget->message) return;
    if (record.skipped_by == 0 || std::ranges::binary_search(written.rejected, record.message)) {
      continue;
    }
    ++written_.rules[record.skipped_by - 1].filtered;
  }
}

Error Writer::over_budget_error(const Batch& batch, const OverBudget& over) const {
  const char* way_out =
      over.ends_job ? "mend the producer or the definition"
                    : "mend the producer or the definition, or let rejects be kept beside the "
                      "table with \"max_rejects\"";
  return Error(ExitCode::bad_data, over_budget_text(batch, over))
      .hint(fmt::format("{}; the next run begins at this message", way_out));
}

std::string Writer::over_budget_text(const Batch& batch, const OverBudget& over) const {
  const Message& message = batch.messages()[over.message].record;
  const std::string where = notation(written_.partitions[message.partition].id, message.offset);
  const std::string column =
      over.column.empty() ? std::string() : fmt::format(", column \"{}\"", over.column);
  const std::string what =
      over.ends_job ? "" : fmt::format("reject over the budget of {}: ", budget_.count);
  return fmt::format("{}{}{}: {}\n  message: {}", what, where, column, over.reason,
                     value_excerpt(message));
}

}  // namespace sluice
