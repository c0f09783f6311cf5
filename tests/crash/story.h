#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "crash/fault.h"
#include "crash/fault_line.h"
#include "support/scenario.h"

namespace sluice::test {

// Something that users do, told once, and then once more for every step in it that can go wrong.
//
// The scenario's table is "orders" with provenance; the offset of a message in its partition and
// its own id are told apart. What a story tells must hold whatever happened to it on the way.
struct Story {
  std::string name;
  // Makes the world before: topic, definitions, perhaps a database. Nothing goes wrong yet.
  std::function<void(Scenario&)> before = {};
  // Here it goes wrong, in a process of its own. `changes` go into every run. Returns the exit code
  // that tells of a failure, if any of its jobs had one.
  std::function<int(Scenario&, const std::vector<std::string>& changes)> play = {};
  // What has happened in the world when somebody looks again, e.g. more messages. May be empty.
  std::function<void(Scenario&)> meanwhile = {};
  // The table is what its positions say: an empty text, or what is wrong.
  std::function<std::string(Scenario&, const Trace&)> check = {};
  // Run again until nothing is left to do, all must be there: an empty text, or what is wrong.
  std::function<std::string(Scenario&, const Trace&)> finish = {};
  // Checkpoints of the WAL after this many pages instead of SQLite's 1000; 0: SQLite's.
  int checkpoint_pages = 0;
};

// How many steps went wrong in such a way that the run did not go on as it would have, by what went
// wrong and where.
class Tally {
 public:
  enum class Effect { stopped, failed, retried, none };

  void add(const std::string& fault, const std::string& where, Effect effect);
  int changed() const { return changed_; }
  // A table for people; also appended to the file that SLUICE_EVIDENCE names, where it names one.
  void print(const std::string& story) const;

 private:
  std::map<std::string, std::map<std::string, std::map<Effect, int>>> counts_;
  int changed_ = 0;
};

// Tells the story again and again, with the 1st, 2nd, 3rd … step going wrong in each way there
// is, until it comes through untouched; of power cuts a telling goes by several, since what one leaves
// is known from the model of the disk (PassedCut). Each ends well or with the exit code of what
// went wrong. After each: the database is sound, `check` and then `finish` hold. In the end more
// than `least_changed` steps have changed how the run went on. Failures are failures of the test
// case, with the fault that made them.
//
// Takes each n-th step only, of power cuts each n/4-th, and one at least of those that can go wrong
// in a way, so that it is over soon. SLUICE_CRASH=full takes every step; SLUICE_CRASH=few a third
// of the usual ones, and a third of `least_changed` will do: enough where a memory error is looked
// for, since the same calls come again and again.
void tell_with_every_fault(const Story& story, int every_nth, int least_changed);

// Runs that die of power cuts at random steps one after another, each beginning with what the one
// before left, until one comes through; from `seed` on, `chains` times.
Tally tell_with_chains_of_power_cuts(const Story& story, int chains, unsigned seed);

}  // namespace sluice::test
