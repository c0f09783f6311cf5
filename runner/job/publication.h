#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "job/report.h"
#include "job/world.h"
#include "plan/plan.h"
#include "source/publisher.h"

namespace sluice {

// The publication of a job's committed positions to the plan's publish_group: at each source those
// of its own partitions. It never fails a job: what goes wrong is a warning in the log, the same
// one once, and at the end a line for the report.
class Publication {
 public:
  // The plan names a publish_group.
  Publication(const LoadPlan& plan, const World& world);

  // Publishes, where the last time is 5 s ago, and only then asks what is committed. Waits for
  // nothing.
  void tick(const std::function<std::vector<PartitionReport>()>& committed);

  // Publishes for the last time, within 5 s, and where the job's time is over then, within 2 s of
  // its end. Returns what a reader of the report should know: why the group does not stand where
  // the table does; empty where it does.
  std::string finish(const std::vector<PartitionReport>& committed, Clock::Instant job_deadline);

 private:
  struct Channel {
    std::string source;
    std::unique_ptr<Publisher> publisher;  // null where it could not be opened
    std::string failure;                   // the last one that was told
  };

  void publish(const std::vector<PartitionReport>& committed);
  void warn(Channel& channel) const;
  std::string told(const Channel& channel) const;

  std::string group_;
  const Clock& clock_;
  Clock::Instant last_;
  std::vector<Channel> channels_;
};

}  // namespace sluice
