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
      const std::int64_t purged =
          store->purge(filter_, first_word(), [this](std::int64_t count) { return done(count); });
      if (purged == 0) done(0);
    } catch (const Error& error) {
      fail(error);
      stop_clock();
    }
    return report_;
  }

 private:
  JobEnd done(std::int64_t count) {
    note(fmt::format("{} rejects of table \"{}\" of {} are gone{}", count, plan_.table.name,
                     plan_.table.database_path, in_words(filter_)));
    end_by(StopReason::caught_up);
    stop_clock();
    JobEnd end = last_word();
    end.stop_reason.clear();  // nothing was loaded, so none of them fits
    return end;
  }

  const RejectFilter& filter_;
};

}  // namespace

Report run_purge(const LoadPlan& plan, const World& world, const RejectFilter& filter) {
  const LoadPlan now = of_a_person(plan);
  return Purge(now, world, filter).run();
}

}  // namespace sluice
