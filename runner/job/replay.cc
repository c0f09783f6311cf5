#include "job/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "job/job_frame.h"
#include "job/preparation.h"
#include "job/writer.h"
#include "store/reject_store.h"

namespace sluice {
namespace {

// Every reject may stay a reject.
LoadPlan without_budget(LoadPlan plan) {
  plan.rejects = {RejectBudget::unlimited};
  return plan;
}

class Replay : JobFrame {
 public:
  Replay(const LoadPlan& plan, const World& world, const ReplayOrder& order)
      : JobFrame(plan, world),
        most_(order.most.value_or(INT64_MAX)),
        is_dry_run_(order.is_dry_run) {}

  Report run() {
    open_report(replay_name(plan_));
    try {
      store_ = world_.open_rejects(plan_, deadline_);
      if (is_dry_run_) store_->rehearse();
      if (take_table(*store_)) {
        find_rejects();
        load();
        judge();
      }
    } catch (const Error& error) {
      fail(error);
    }
    close_report();
    leave_history();
    return report_;
  }

 private:
  void find_rejects();
  void load();
  std::optional<StopReason> ended(const Preparation& preparation) const;
  void fill(Batch& batch, Preparation& preparation);
  void judge() const;
  void close_report();
  void leave_history();

  const std::int64_t most_;
  const bool is_dry_run_;
  std::unique_ptr<RejectStore> store_;
  std::vector<PlannedPartition> partitions_;
  std::optional<Writer> writer_;  // from the moment on that the job stands in the history
};

// Where there is none, nothing is written, and no line into the history either.
void Replay::find_rejects() {
  partitions_ = store_->partitions(plan_);
  if (partitions_.empty()) {
    note("there are no rejects of this action's topics");
    return;
  }
  if (is_dry_run_) note("dry run: nothing was written");
  store_->begin_job(first_word(), partitions_);
  writer_.emplace(*store_, plan_, partitions_);
}

void Replay::load() {
  if (!writer_) return end_by(StopReason::caught_up);
  const std::function<bool()> is_over = [this] {
    return world_.stop.raised() || world_.clock.now() >= deadline_;
  };
  Preparation preparation(plan_, partitions_, world_.clock, is_over);
  Batch batch(plan_.attributes.size(), plan_.table.columns.size(), partitions_.size());
  std::optional<StopReason> reason;
  while (!(reason = ended(preparation))) {
    fill(batch, preparation);
    writer_->write(batch, Then::commit);
    if (world_.on_commit) world_.on_commit(writer_->counts());
  }
  end_by(*reason);
}

std::optional<StopReason> Replay::ended(const Preparation& preparation) const {
  if (preparation.asks_to_stop()) return StopReason::rule;
  if (store_->is_at_end()) return StopReason::caught_up;
  if (writer_->counts().messages >= most_) return StopReason::max_messages;
  if (world_.stop.raised()) return StopReason::signal;
  if (world_.clock.now() >= deadline_) return StopReason::timeout;
  return std::nullopt;
}

void Replay::fill(Batch& batch, Preparation& preparation) {
  const auto take = [&](const Message& message) { preparation.decode(batch, batch.take(message)); };
  const std::int64_t left = most_ - writer_->counts().messages;
  const std::int64_t records = std::min(plan_.batch.rows, store_->pace().rows_ahead());
  while (std::ssize(batch.messages()) < left && batch.record_count() < records &&
         batch.used_bytes() < plan_.batch.bytes && store_->next(take)) {
  }
  preparation.prepare(batch, 0);
}

void Replay::judge() const {
  if (!writer_ || report_.exit_code != 0 || writer_->counts().rejected == 0) return;
  throw Error(ExitCode::bad_data,
              fmt::format("{} of {} messages still do not fit", writer_->counts().rejected,
                          writer_->counts().messages))
      .hint(is_dry_run_ ? "\"sluice rejects show\" tells why; without --dry-run the others go into "
                          "the table"
                        : "\"sluice rejects list\" tells why; the others are in the table");
}

void Replay::close_report() {
  if (writer_) {
    report_.counts = writer_->counts();
    report_.partitions = writer_->partitions();
    report_.alerts = writer_->alerts();
    report_.rules = writer_->rules();
  }
  stop_clock();
}

void Replay::leave_history() {
  if (!writer_) return;
  try {
    store_->end_job(last_word());
  } catch (const Error& error) {
    // The first failure is the one to act on; this one is most often its echo.
    if (report_.stop_reason != StopReason::error) return fail(error);
    report_.message += fmt::format("\nthe history could not be written: {}", error.what());
  }
}

}  // namespace

std::string replay_name(const LoadPlan& plan) { return plan.action + " (replay)"; }

Report run_replay(const LoadPlan& plan, const World& world, const ReplayOrder& order) {
  const LoadPlan unlimited = without_budget(plan);
  return Replay(unlimited, world, order).run();
}

}  // namespace sluice
