#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "crash/disk_model.h"
#include "crash/fault.h"

namespace sluice::test {

// What a process tells of its run, in memory that outlives it.
struct Trace {
  int steps = 0;  // of those that the fault can happen to
  int all_steps = 0;
  std::array<int, call_count> steps_by_call{};
  bool hit = false;     // the fault happened
  char where[48] = {};  // the first step it happened to: "sync wal"
  int checkpoints = 0;  // between two readings of one job
  bool reads = false;   // the job went on to read: its start is stored
  int exit_code = -1;   // of the story's last job, once the story is over
  char message[400] = {};
};

// A power cut that a process goes by: what the disk would hold after it is put aside, and the
// process lives on. So one telling of a story shows many of them.
struct PassedCut {
  Fault fault;
  Trace trace;  // as a process that died of it would have left it
};

// The cuts must outlive the process, and `folder` has an empty folder for each, named by its
// number.
struct PassedCuts {
  std::span<PassedCut> cuts;
  std::string folder;

  std::string folder_of(std::size_t cut) const { return folder + '/' + std::to_string(cut); }
};

// Where every step of a process comes by, and one of them meets its fault. Made in the process that
// is to meet it, right after its fork; what passes by without one made is let through. Threads may
// come by at the same time.
class FaultLine {
 public:
  // Files in `folder` are modelled; the trace must outlive the process.
  FaultLine(std::string folder, const std::optional<Fault>& fault, PassedCuts passed, Trace& trace);
  ~FaultLine();
  FaultLine(const FaultLine&) = delete;
  FaultLine& operator=(const FaultLine&) = delete;

  static FaultLine* current();

  // The trouble that the step meets; ends the process where it is to end here. `what`: the file.
  std::optional<Trouble> pass(Call call, std::string_view what);

  // The job reads: what it must find again is stored by now.
  void note_reading() {
    const std::lock_guard lock(mutex_);
    trace_.reads = true;
  }

  // What has happened on the disk since.
  template <class Change>
  void happened(Change change) {
    const std::lock_guard lock(mutex_);
    change(disk_);
  }

 private:
  enum class Reading { not_yet, began, moved_pages };

  void note_checkpoint(Call call, std::string_view what);
  void pass_by(std::size_t number, Call call, std::string_view what);
  [[noreturn]] void die();

  std::mutex mutex_;
  Reading reading_ = Reading::not_yet;
  std::string folder_;
  std::optional<Fault> fault_;
  PassedCuts passed_;
  DiskModel disk_;
  Trace& trace_;
};

}  // namespace sluice::test
