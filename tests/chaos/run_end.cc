#include "chaos/run_end.h"

#include <csignal>
#include <regex>

#include "support/text.h"

namespace sluice::test {
namespace {

// Whether a run says that it had less time left for its brokers than those that are there need: when
// it got the table, or when it asked.
bool was_late(const std::string& words) {
  std::smatch seconds;
  const std::regex left(R"(( until | no answer in )([0-9]+\.[0-9]) s)");
  return std::regex_search(words, seconds, left) && std::stod(seconds[2]) < 2;
}

// Whether a run says that it came to nothing before it read.
bool had_no_start(const std::string& words) {
  return holds(words, "cannot reach a broker at ") ||
         holds(words, "cannot find the leaders of ") || holds(words, "cannot ask for ");
}

// Two runs that load at once meet each other at the database, too.
bool somebody_was_in_the_way(const std::string& words, const Around& around) {
  const bool two_at_once = around.another_run && around.two_could_load;
  if (holds(words, "another job is loading table")) return around.another_run;
  if (holds(words, "another job was loading table")) {
    return around.another_run && (was_late(words) || around.broker_was_away);
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
      return around.broker_was_away ||
             (had_no_start(ended.err) && (around.was_stopped || was_late(ended.err)));
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
