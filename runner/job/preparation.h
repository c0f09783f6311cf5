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

  // Fills the cells of the batch's messages from `first` on, which have one record each. One that
  // is exploded must be the last.
  void decode(Batch& batch, std::uint32_t first);

  // Decodes what a batch takes while it is there, some messages together.
  class Decoding {
   public:
    // Both must outlive it.
    Decoding(Preparation& preparation, Batch& batch);
    // After each message that the batch took, before the next one.
    void took_one();
    // Decodes what waits still: nothing is decoded without it.
    void end();

   private:
    Preparation& preparation_;
    Batch& batch_;
    std::uint32_t first_;            // that waits
    std::size_t waiting_bytes_ = 0;  // of values
  };

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
  BrokerFields broker_fields_;
  Rules rules_;
  Expressions expressions_;
  Fitter fitter_;
  Alerts alerts_;
};

}  // namespace sluice
