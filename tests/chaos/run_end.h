#pragma once

#include "support/process.h"

namespace sluice::test {

// What was around a run while it was there, as far as it explains how the run ended.
struct Around {
  bool broker_was_away = false;  // or just before
  bool another_run = false;
  bool two_could_load = false;  // the table's lock file was removed under this run or another one
  bool database_was_held = false;  // by somebody who is no run
  bool was_stopped = false;        // for a while, by a SIGSTOP
  bool time_was_over = false;      // that it was started with
  bool was_terminated = false;
  bool was_killed = false;
};

// Whether a run may have ended like this: by a stop rule; with 69 since brokers were away, or its time
// was over before they could answer, since it was stopped while it tried to reach them or says that
// it had waited for less than 2 s when its own time was over; with 75 since somebody was in its way, which its words have to
// name; by a signal that it was sent.
bool is_explained(const Ended& ended, const Around& around);

}  // namespace sluice::test
