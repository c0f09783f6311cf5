#pragma once

#include "base/stop_signal.h"

namespace sluice {

// The wish of SIGINT, SIGTERM and, without nohup, SIGHUP: the first one asks the running command to
// end soon, a second one ends the process at once (the database stays consistent: what is not
// committed was never there). One that comes within half a second is taken for the first again: who
// signals a process and then its group, as timeout(1) does, means it once. Installs the handlers at
// the first call.
const StopSignal& process_stop_signal();

}  // namespace sluice
