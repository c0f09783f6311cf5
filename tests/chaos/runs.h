#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "chaos/caught_up.h"
#include "chaos/disturbances.h"
#include "chaos/run_end.h"
#include "support/process.h"
#include "support/project.h"

namespace sluice::test {

// Runs of one action that compete for its table: when one ends, another is started in its place.
// Each is of a kind as the dice fall: bounded or always-up, waiting for the table or not, with one
// worker or two.
class Runs {
 public:
  // `disturbances` explain how runs end, and outlive this. `ends`: those that the topic has now, as
  // far as anybody can know them.
  Runs(const Project& project, std::uint64_t seed, int count, const Disturbances& disturbances,
       std::function<Offsets()> ends);

  // Starts what is not running, and notes how the others ended. To be called often. A run that is
  // there 10 s after its timeout, or after its SIGTERM, is one that ended as none should.
  void tend();

  // Whether the run is there, and its process.
  bool is_there(int which) { return slot(which).run->is_running(); }

  // The run that has the table, by its lock file; -1 where none has.
  int loading();

  // SIGKILL, and waits for its end.
  void kill(int which);
  void terminate(int which);  // SIGTERM
  // Stops a run where it is; the pid for whoever lets it go on after that time, -1 without one.
  pid_t freeze(int which, std::chrono::milliseconds time);

  // None of them moves from its construction until its destruction.
  class Standstill {
   public:
    explicit Standstill(Runs& runs);
    ~Standstill();
    Standstill(const Standstill&) = delete;
    Standstill& operator=(const Standstill&) = delete;

   private:
    Runs& runs_;
    Disturbances::Instant began_;
  };

  // Ends all of them in good order; none is started any more.
  void end();

  int started() const { return started_; }
  int with_jumping_clock() const { return with_jumping_clock_; }
  int with_two_workers() const { return with_two_workers_; }
  // How many said that they caught up, and were held against the ends from before.
  int held_against_ends() const { return held_against_ends_; }
  // By exit code; 137 are those that were killed.
  const std::map<int, int>& exit_codes() const { return exit_codes_; }
  // What those said that ended as none should, or not at all; empty where none did.
  const std::string& complaint() const { return complaint_; }

 private:
  using Instant = Disturbances::Instant;
  struct Slot {
    std::unique_ptr<Process> run;
    std::string words;  // its command line, without the program
    Instant began;
    Instant must_end = Instant::max();
    Instant frozen_until = Instant::min();
    Offsets ends_before;  // of one that is to end there
    bool was_terminated = false;
    bool was_killed = false;
  };
  struct Life {
    Instant from;
    Instant to;
  };

  Slot start();
  Slot& slot(int which);
  void end_within(Slot& slot, std::chrono::milliseconds time);
  void note(Slot& ended);
  Around around(const Slot& slot, Instant ended) const;
  void complain_of(Slot& late);

  const Project& project_;
  const Disturbances& disturbances_;
  std::function<Offsets()> ends_;
  std::mt19937_64 random_;
  std::vector<Slot> slots_;
  std::vector<Life> lives_;  // of those that have ended
  int started_ = 0;
  int with_jumping_clock_ = 0;
  int with_two_workers_ = 0;
  int held_against_ends_ = 0;
  std::map<int, int> exit_codes_;
  std::string complaint_;
};

}  // namespace sluice::test
