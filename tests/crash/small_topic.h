#pragma once

#include <string>
#include <vector>

#include "support/scenario.h"

namespace sluice::test {

// As `--set KEY=VALUE` would change an action.
using Changes = std::vector<std::string>;

// Three partitions, into a table with provenance and the id as its key: one with a reject in the
// middle (offset 3), one with holes and a marker at its end, and an empty one.
void make_small_topic(Scenario& scenario);
extern const std::string dataset_with_provenance;

// These changes, and transactions of three messages, so that a load of the topic has several.
Changes in_small_batches(Changes changes);

}  // namespace sluice::test
