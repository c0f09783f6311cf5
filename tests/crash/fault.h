#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/error.h"
#include "crash/disk_model.h"

namespace sluice::test {

// What a job asks of the world, a step at a time.
enum class Call {
  open,
  read,
  write,
  sync,
  truncate,
  remove,
  exists,
  size,
  lock,
  shared_map,   // the index of the WAL, in shared memory
  shared_lock,  // locks of the WAL
  fetch,        // anything that is asked of the source
  end,          // after the story: all it did has happened
};
constexpr std::size_t call_count = static_cast<std::size_t>(Call::end) + 1;
std::string_view name_of(Call call);

// What may go wrong with a step. Each call has its own way to say so, or cannot fail so.
enum class Trouble {
  io_error,       // EIO
  disk_full,      // ENOSPC; half of what should be written is written
  not_permitted,  // EACCES
  read_only,      // EROFS: opened for reading, and not to be written
  busy,           // somebody else has the lock
  unavailable,    // the source's brokers cannot be reached
};
std::string_view name_of(Trouble trouble);
constexpr Trouble all_troubles[] = {Trouble::io_error,  Trouble::disk_full, Trouble::not_permitted,
                                    Trouble::read_only, Trouble::busy,      Trouble::unavailable};

// How a command ends that cannot go on for it.
ExitCode exit_code_for(Trouble trouble);

// Whether the call can fail in that way.
bool can_fail(Call call, Trouble trouble);

// One thing that goes wrong in a run: at the n-th step of those it can happen to.
struct Fault {
  enum class Kind {
    trouble,    // the step fails, and the run goes on as it likes
    stop,       // the process is dead before the step, as after kill -9
    power_cut,  // the machine is dead, and what was not synced is uncertain
  };

  Kind kind = Kind::trouble;
  int at = 1;
  Trouble trouble = Trouble::io_error;
  bool stays = false;  // trouble: all such steps from there on fail
  Survival survival = Survival::nothing;
  std::optional<Call> only = {};  // of all steps, those of this call

  bool can_hit(Call call) const {
    return only ? call == *only : kind != Kind::trouble || can_fail(call, trouble);
  }
};

}  // namespace sluice::test
