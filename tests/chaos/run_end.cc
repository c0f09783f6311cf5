#include "chaos/run_end.h"

#include <csignal>
#include <regex>

#include "support/text.h"

namespace sluice::test {
namespace {

// Whether a run says how many seconds it had for its brokers, and those that are there need more.
bool says_few_seconds(const std::string& words, const char* pattern) {
  std::smatch seconds;
  return std::regex_search(words, seconds, std::regex(pattern)) && std::stod(seconds[1]) < 2;
}

// When it got the table.
bool was_late(const std::string& words) {
  return says_few_seconds(words, R"( until ([0-9]+\.[0-9]) s before )");
}

// From its question on.
bool asked_late(const std::string& words) {
  return says_few_seconds(words, R"(: no answer in ([0-9]+\.[0-9]) s)");
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
             (had_no_start(ended.err) &&
              (around.was_stopped || (around.time_was_over && asked_late(ended.err))));
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
