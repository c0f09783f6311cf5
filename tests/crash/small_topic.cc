#include "crash/small_topic.h"

#include "support/orders_dataset.h"

namespace sluice::test {

const std::string dataset_with_provenance = orders_dataset(R"(    primary_key: [id]
    indexes: [[note]]
    provenance: true
)");

void make_small_topic(Scenario& scenario) {
  scenario.dataset_yaml = dataset_with_provenance;
  scenario.produce(0, {100, 101, 102});
  scenario.produce_text(0, R"({"id":"none"})");
  scenario.produce(0, {104, 105, 106});
  scenario.produce(1, {200, 201, 202});
  for (ScriptedRecord& record : scenario.log(1).records) record.offset *= 3;
  scenario.log(1).end_offset = 9;
  scenario.log(2);
}

Changes in_small_batches(Changes changes) {
  changes.insert(changes.end(), {"params.load_batch_size=3", "params.max_rejects=9"});
  return changes;
}

}  // namespace sluice::test
