#pragma once

#include <chrono>
#include <csignal>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "support/process.h"
#include "support/project.h"

namespace sluice::test {

// Runs of one action that compete for its table: when one ends, another is started in its place.
// Each is of a kind as the dice fall: bounded or always-up, waiting for the table or not.
class Runs {
 public:
  Runs(const Project& project, std::uint64_t seed, int count);

  // Starts what is not running, and notes how the others ended. To be called often. A run that is
  // there 10 s after its timeout is one that ended as none should.
  void tend();

  // The run that has the table, by its lock file; null where none has.
  Process* loading();
  Process& at(int which) { return *slot(which).run; }

  // Stops a run where it is; the pid for whoever lets it go on after that time, -1 without one.
  pid_t freeze(int which, std::chrono::milliseconds time);

  // Ends all of them in good order; none is started any more.
  void end();

  int started() const { return started_; }
  int with_jumping_clock() const { return with_jumping_clock_; }
  // By exit code; 137 are those that were killed.
  const std::map<int, int>& exit_codes() const { return exit_codes_; }
  // What those said that ended as none should, or not at all; empty where none did.
  const std::string& complaint() const { return complaint_; }

 private:
  using Instant = std::chrono::steady_clock::time_point;
  struct Slot {
    std::unique_ptr<Process> run;
    Instant must_end = Instant::max();
  };

  Slot start();
  Slot& slot(int which);
  void note(Process& ended);
  void complain_of(Process& late);

  const Project& project_;
  std::mt19937_64 random_;
  std::vector<Slot> slots_;
  int started_ = 0;
  int with_jumping_clock_ = 0;
  std::map<int, int> exit_codes_;
  std::string complaint_;
};

}  // namespace sluice::test
