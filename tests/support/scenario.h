#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/stop_signal.h"
#include "job/job.h"
#include "job/replay.h"
#include "support/scripted_source.h"
#include "support/temp_dir.h"

namespace sluice::test {

inline constexpr int bad_data = static_cast<int>(ExitCode::bad_data);

// A whole job on a scripted cluster and a real database, for tests that read like a story: the
// topic "orders" of source "shop" goes into the table "orders" (id integer, note text nullable) of
// dataset "db". What a test does not say, stands as a user would have it.
//
// Notation: positions are "orders/0@5 orders/1@7", rows are the ids in the order of the table.
class Scenario {
 public:
  Scenario();

  // Appends messages {"id":N} to a partition of "orders" (it and those before it are made).
  void produce(int partition, const std::vector<int>& ids);
  // Appends one message as it is.
  void produce_text(int partition, std::string value);
  ScriptedLog& log(int partition);

  // Runs the action, changed as `--set KEY=VALUE` would. `until` is "end" unless changed.
  Report run(const std::vector<std::string>& changes = {});

  // The plan that run() would have with these changes.
  LoadPlan plan(const std::vector<std::string>& changes = {}) const;
  Report run_plan(const LoadPlan& plan);

  // Loads the rejects again by the action as it is now, with these changes.
  Report replay(const std::vector<std::string>& changes = {},
                std::optional<std::int64_t> most = {});
  // Only tells what that would do.
  Report rehearse(const std::vector<std::string>& changes = {},
                  std::optional<std::int64_t> most = {});

  // A dry run and then the replay: checks that the first tells what the second does, and leaves
  // every byte of the folder as it is.
  Report replay_as_told(const std::vector<std::string>& changes = {},
                        std::optional<std::int64_t> most = {});

  // What a job runs in: the scripted cluster, the real database.
  World world();

  std::string rows() const;
  std::string positions() const;
  // The first value of the first row of any query, as text; "-" without one.
  std::string ask(const std::string& sql) const;
  void execute(const std::string& sql) const;

  ScriptedCluster cluster;
  ManualClock clock;
  StopSignal stop;
  TempDir dir;
  std::string action;        // the document; a test may replace it
  std::string source_yaml;   // schemas/sources/shop.yaml
  std::string dataset_yaml;  // schemas/datasets/db.yaml
  std::function<void(const Counts&)> on_commit;
  std::function<void()> on_pulse;
  std::function<std::unique_ptr<Source>(std::unique_ptr<Source>)> wrap_source;  // or left empty
  std::function<std::unique_ptr<Publisher>(const SourceEntry&, const LoadPlan&)> open_publisher;

  std::string database() const { return dir.file("data.db"); }

 private:
  std::vector<std::string> column(const std::string& sql) const;
  LoadPlan make(const std::vector<std::string>& changes) const;
  std::string files() const;

  mutable std::map<std::string, LoadPlan> plans_;  // by all that they are made of
};

// "messages: inserted updated deleted unchanged, tombstones rejected"
std::string told(const Report& report);

}  // namespace sluice::test
