#include "chaos/run_end.h"

#include <csignal>

#include "support/text.h"

namespace sluice::test {
namespace {

// Two runs that load at once meet each other at the database, too.
bool somebody_was_in_the_way(const std::string& words, const Around& around) {
  const bool two_at_once = around.another_run && around.two_could_load;
  if (holds(words, "another job is loading table") ||
      holds(words, "another job was loading table")) {
    return around.another_run;
  }
  if (holds(words, "fenced: ")) return two_at_once;
  if (holds(words, "holds the lock on the database")) {
    return around.database_was_held || two_at_once;
  }
  return false;
}

}  // namespace

bool is_explained(const Ended& ended, const Around& around) {
  switch (ended.exit_code) {
    case 0:
      return true;
    case 69:
      return around.broker_was_away;
    case 75:
      return somebody_was_in_the_way(ended.err, around);
    case 128 + SIGTERM:
      return around.was_terminated;
    case 128 + SIGKILL:
      return around.was_killed;
    default:
      return false;
  }
}

}  // namespace sluice::test
