#include "job/purge.h"

#include <fmt/format.h>

#include "job/job_frame.h"

namespace sluice {
namespace {

LoadPlan of_a_person(LoadPlan plan) {
  plan.if_running = IfRunning::fail;
  return plan;
}

// ", chosen by their reason", or nothing. The reason itself may hold what is to be gone.
std::string in_words(const RejectFilter& filter) {
  std::string words;
  if (filter.reason) words += ", chosen by their reason";
  if (filter.before_ms) {
    words += fmt::format(", of messages before {}", format_iso8601(*filter.before_ms, 3));
  }
  return words;
}

class Purge : JobFrame {
 public:
  Purge(const LoadPlan& plan, const World& world, const RejectFilter& filter)
      : JobFrame(plan, world), filter_(filter) {}

  Report run() {
    open_report("rejects purge " + plan_.action);
    try {
      const auto store = world_.open_rejects(plan_, deadline_);
      take_table(*store);
      const RejectStore::Purged purged =
          store->purge(filter_, first_word(), [this](const auto& so_far) { return done(so_far); });
      if (purged.count == 0) done(purged);
    } catch (const Error& error) {
      fail(error);
      stop_clock();
    }
    return report_;
  }

 private:
  JobEnd done(const RejectStore::Purged& purged) {
    report_.message.clear();
    const std::string gone =
        fmt::format("{} rejects of table \"{}\" of {} are gone{}", purged.count, plan_.table.name,
                    plan_.table.database_path, in_words(filter_));
    if (purged.is_wiped) {
      report_.exit_code = 0;
      note(gone);
      end_by(StopReason::caught_up);
    } else {
      fail(not_wiped(gone));
    }
    stop_clock();
    JobEnd end = last_word();
    if (purged.is_wiped) end.stop_reason.clear();  // nothing was loaded, so none of them fits
    return end;
  }

  static Error not_wiped(const std::string& gone) {
    return Error(ExitCode::try_later,
                 gone +
                     ", but what was purged still stands in the file or in its -wal file: somebody "
                     "has a transaction open in the database (a SELECT that does not end, a BEGIN "
                     "without its COMMIT)")
        .hint("when they are done, purge once more: that wipes what is left");
  }

  const RejectFilter& filter_;
};

}  // namespace

Report run_purge(const LoadPlan& plan, const World& world, const RejectFilter& filter) {
  const LoadPlan now = of_a_person(plan);
  return Purge(now, world, filter).run();
}

}  // namespace sluice
