#pragma once

#include <string>
#include <utility>

#include "base/error.h"

namespace sluice {

// The system refuses a thread, or memory: neither the definition nor the world that it names is at
// fault.
inline Error no_resources(std::string broke) {
  return Error(ExitCode::try_later, std::move(broke))
      .hint(
          "see how many threads and how much memory the user (`ulimit -a`) and the container "
          "(pids.max, memory.max) may have; run again, it goes on from what is stored");
}

}  // namespace sluice
