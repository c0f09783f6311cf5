#pragma once

#include "base/stop_signal.h"

namespace sluice {

// The wish of SIGINT, SIGTERM and, without nohup, SIGHUP: the first one asks the running command to
// end soon, a second one ends the process at once (the database stays consistent: what is not
// committed was never there). Installs the handlers at the first call.
const StopSignal& process_stop_signal();

}  // namespace sluice
