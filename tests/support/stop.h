#pragma once

#include <memory>

#include "base/stop_signal.h"

namespace sluice::test {

// As another process has it: nobody has asked it to end. For a test with one job after the other.
inline void forget(StopSignal& stop) {
  std::destroy_at(&stop);
  std::construct_at(&stop);
}

}  // namespace sluice::test
