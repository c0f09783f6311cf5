#pragma once

#include <string>

#include "base/clock.h"
#include "base/stop_signal.h"

namespace sluice {

// Starts the command of --on-alert and gives it `input` on its standard input. The command's words
// are divided at blanks; no shell sees them, so there are no quotes and no variables. Its output
// goes to standard error.
//
// Waits for its end, a minute at most (SIGKILL follows), or 10 s after a signal that ended the job
// or comes meanwhile. What goes wrong is a warning in the log: the job has ended already, and its
// code stands.
void run_alert_command(const std::string& command, const std::string& input, const Clock& clock,
                       const StopSignal& stop);

}  // namespace sluice
