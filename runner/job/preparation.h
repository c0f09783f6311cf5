#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "data/batch.h"
#include "plan/plan.h"
#include "plan/positions.h"
#include "prepare/alerts.h"
#include "prepare/broker_fields.h"
#include "prepare/expressions.h"
#include "prepare/fit.h"
#include "prepare/rules/rules.h"
#include "record/json_decoder.h"

namespace sluice {

// What becomes of a message once it is in a batch, wherever it came from: decoded by its topic's
// format, then reckoned, filtered and fitted to the table's columns, until it is decided.
//
// Needs no source and no store. One thread at a time uses it; what it does to a batch depends on
// the messages alone (and the time, where rules name it), never on how they fall into batches.
// It must outlive the batches, whose cells may view its constants.
class Preparation {
 public:
  // `clock`: for rules that name $now; must outlive it. `is_over`: whether the job must end now;
  // asked while an expression is reckoned, which may take long.
  Preparation(const LoadPlan& plan, const std::vector<PlannedPartition>& partitions,
              const Clock& clock, const std::function<bool()>& is_over);

  // As many bytes of values as are best decoded together: they are still in the nearest cache.
  static constexpr std::size_t together = 4 << 10;

  // Fills the cells of the batch's messages from `first` on, which have one record each. One that
  // is exploded must be the last.
  void decode(Batch& batch, std::uint32_t first);

  // Whether a message of this partition may give several records.
  bool explodes(PartitionIndex partition) const { return explodes_[partition]; }

  // Decides all messages of the records from `first_record` on. Throws Error::interrupted() where
  // the job must end before an expression did: those messages are then not decided.
  void prepare(Batch& batch, std::uint32_t first_record);

  // A message met a rule that ends the job (`stop_workflow`).
  bool asks_to_stop() const { return rules_.asks_to_stop(); }

  // Attributes of messages that no column takes, as far as they were met, each once.
  std::vector<std::string> new_attributes() const;

 private:
  // By PartitionIndex; null where the messages are raw. Topics that are decoded alike share one.
  std::vector<std::shared_ptr<JsonDecoder>> decoders_;
  std::vector<bool> explodes_;  // by PartitionIndex
  BrokerFields broker_fields_;
  Rules rules_;
  Expressions expressions_;
  Fitter fitter_;
  Alerts alerts_;
};

}  // namespace sluice
