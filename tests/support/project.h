#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "support/process.h"
#include "support/temp_dir.h"

namespace sluice::test {

// A directory as a user has it, around the real binary: source "shop" at a broker, dataset "db"
// with its file data.db, an action orders.json that loads one topic into the table "orders"
// (id integer, note text nullable, with provenance).
class Project {
 public:
  Project(const std::string& bootstrap, const std::string& topic);

  // Runs `sluice` with these arguments in the project's directory.
  Ended sluice(std::vector<std::string> arguments, const std::string& input = {}) const;
  Process start(std::vector<std::string> arguments) const;

  // `sluice run --until end --output json orders.json` and more arguments.
  Ended run(std::vector<std::string> more = {}) const;

  // The first value of a query on data.db as text; nothing where file, table or row are missing.
  std::optional<std::string> ask(const std::string& sql) const;
  void execute(const std::string& sql) const;

  // "0@5 1@7": the next offset of each partition.
  std::string positions() const;

  // Writes the action with more keys: `params` goes into params, `top` beside it.
  void write_action(const std::string& params = {}, const std::string& top = {}) const;
  // Writes the dataset with more lines below the table orders.
  void write_dataset(const std::string& more = {}) const;
  // Writes the source, with more lines.
  void write_source(const std::string& policy = "earliest", const std::string& more = {}) const;

  const TempDir& dir() const { return dir_; }
  const std::string& topic() const { return topic_; }
  std::string database() const { return dir_.file("data.db"); }

 private:
  TempDir dir_;
  std::string bootstrap_;
  std::string topic_;
};

// The value of a key of a flat JSON object, as written: `exit_code` of a report. Fails the test
// where it is missing.
std::string json_value(const std::string& json, const std::string& key);

struct TimedRun {
  Ended ended;
  double seconds = 0;  // from the start of the process to its exit
};
// Runs until one took less than `seconds` or failed, ten times at most; returns the last. A machine
// that has other things to do makes a run slow, but what waits is never quick.
TimedRun until_quick(double seconds, const std::function<Ended()>& run);

}  // namespace sluice::test
