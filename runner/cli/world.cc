#include "cli/world.h"

#include "cli/signals.h"
#include "source/kafka/group_publisher.h"
#include "source/kafka/kafka_source.h"
#include "store/reject_store.h"
#include "store/sqlite_store.h"

namespace sluice {
namespace {

const SystemClock machine_clock;

std::unique_ptr<Source> open_source(const SourceEntry& entry, const LoadPlan& plan) {
  const bool bounded = plan.stop.until_end;
  return std::make_unique<KafkaSource>(
      entry, machine_clock, process_stop_signal(),
      KafkaSourceOptions{
          .client_id = "sluice-" + plan.action,
          .bounded = bounded,
          .memory_bytes = plan.memory_bytes / 2 / plan.sources.size() / plan.workers});
}

std::unique_ptr<Publisher> open_publisher(const SourceEntry& entry, const LoadPlan& plan) {
  return std::make_unique<KafkaGroupPublisher>(entry, *plan.publish_group, "sluice-" + plan.action,
                                               machine_clock, process_stop_signal());
}

std::unique_ptr<Store> open_store(const LoadPlan& plan, Clock::Instant deadline) {
  return std::make_unique<SqliteStore>(
      plan.table, plan.lock_timeout, [deadline] { return std::optional(deadline); },
      process_stop_signal(), machine_clock);
}

std::unique_ptr<RejectStore> open_rejects(const LoadPlan& plan, Clock::Instant deadline) {
  return std::make_unique<RejectStore>(
      plan.table, plan.lock_timeout, [deadline] { return std::optional(deadline); },
      process_stop_signal(), machine_clock);
}

}  // namespace

const World& real_world() {
  static const World world{.clock = machine_clock,
                           .stop = process_stop_signal(),
                           .open_source = open_source,
                           .open_store = open_store,
                           .open_rejects = open_rejects,
                           .open_publisher = open_publisher,
                           .on_commit = {},
                           .on_pulse = {}};
  return world;
}

}  // namespace sluice
