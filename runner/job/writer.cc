#include "job/writer.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/excerpt.h"

namespace sluice {
namespace {

std::string value_excerpt(const Message& message) {
  if (is_null(message.value)) return "no value";
  if (message.value.empty()) return "an empty value";
  return excerpt(message.value, 160);
}

}  // namespace

Writer::Writer(Store& store, const std::vector<PlannedPartition>& partitions,
               std::int64_t max_rejects)
    : store_(store), max_rejects_(max_rejects) {
  for (const PlannedPartition& partition : partitions) {
    reports_.push_back({.id = partition.id,
                        .from_offset = partition.from_offset,
                        .next_offset = partition.from_offset,
                        .end_offset = partition.end_offset,
                        .messages = 0,
                        .note = partition.note});
  }
}

bool Writer::is_over_budget(const Batch& batch) const {
  return static_cast<std::int64_t>(batch.rejects().size()) > max_rejects_ - counts_.rejected;
}

void Writer::write(Batch& batch) {
  if (batch.empty()) return;
  const Written written = store_.write(batch, max_rejects_ - counts_.rejected, counts_);
  account(batch, written);
  std::optional<Error> failure;
  if (written.over_budget) {
    failure = Error(ExitCode::bad_data, over_budget_text(batch, *written.over_budget))
                  .hint(
                      "mend the producer or the definition, or let rejects be kept beside the "
                      "table with \"max_rejects\"; the next run begins at this message");
  }
  batch.clear();
  if (failure) throw *failure;
}

void Writer::account(const Batch& batch, const Written& written) {
  counts_ += written.counts;
  for (const Advance& advance : written.advances) {
    reports_[advance.partition].next_offset = advance.next_offset;
  }
  const std::size_t end =
      written.over_budget ? written.over_budget->message : batch.messages().size();
  for (const TakenMessage& message : batch.messages().first(end)) {
    ++reports_[message.record.partition].messages;
  }
}

std::string Writer::over_budget_text(const Batch& batch, const OverBudget& over) const {
  const Message& message = batch.messages()[over.message].record;
  const std::string where = notation(reports_[message.partition].id, message.offset);
  const std::string column =
      over.column.empty() ? std::string() : fmt::format(", column \"{}\"", over.column);
  return fmt::format("reject over the budget of {}: {}{}: {}\n  message: {}", max_rejects_, where,
                     column, over.reason, value_excerpt(message));
}

}  // namespace sluice
