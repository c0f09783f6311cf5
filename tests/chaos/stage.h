#pragma once

#include <chrono>
#include <cstdint>
#include <stdexcept>

#include "chaos/caught_up.h"
#include "chaos/disturbances.h"
#include "chaos/producing.h"
#include "chaos/runs.h"
#include "chaos/witness.h"
#include "support/kafka_lab.h"
#include "support/project.h"

namespace sluice::test {

// What takes part in a load that goes on, and what blows hit: brokers, a topic that two producers
// fill, runs that compete for its table, and a witness of what the topic has held. One thread.
struct Stage {
  Stage(std::uint64_t seed, int number_of_brokers)
      : broker_count(number_of_brokers),
        brokers(OwnBroker::cluster(number_of_brokers)),
        lab(brokers.bootstrap()),
        project(brokers.bootstrap(), lab.fresh_topic("chaos", partitions)),
        witness(brokers.bootstrap(), project.topic()),
        runs(project, seed, competing_runs, disturbances, [this] { return committed_ends(); }),
        producers{{brokers.bootstrap(), project.topic(), 2 * seed, pause},
                  {brokers.bootstrap(), project.topic(), 2 * seed + 1, pause}} {
    project.write_action(
        R"("load_batch_size": 40, "load_batch_interval": "20ms", "on_data_loss": "skip")");
    set_partitions(partitions);
  }

  void set_partitions(int count) {
    partitions = count;
    for (Producing& producer : producers) producer.set_partitions(count);
  }

  // Of the partitions that the table has: of another one a run may not have heard yet. None while
  // brokers are away, or where they go just now: Runs counts for how many it knew them.
  Offsets committed_ends() {
    const Disturbances::Instant now = Disturbances::Instant::clock::now();
    if (disturbances.was_there(Disturbances::Kind::broker_away, now, now)) return {};
    Offsets ends = offsets_in(project.positions());
    try {
      for (auto& [partition, end] : ends) end = lab.end_offset(project.topic(), partition);
    } catch (const std::runtime_error&) {
      return {};
    }
    return ends;
  }

  static constexpr std::chrono::milliseconds pause{50};  // of each producer, between rounds
  static constexpr int competing_runs = 3;
  static constexpr int most_partitions = 8;

  const int broker_count;
  int partitions = 3;
  OwnBroker brokers;
  KafkaLab lab;
  Project project;
  Witness witness;
  Disturbances disturbances;
  Runs runs;
  Producing producers[2];
};

}  // namespace sluice::test
