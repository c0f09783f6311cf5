#pragma once

#include <memory>
#include <string>

#include "catalog/catalog.h"
#include "data/position.h"
#include "source/kafka/client.h"
#include "source/kafka/handles.h"

namespace sluice {

// Proves that a log holds nothing to read between a position and an offset behind it.
//
// Where compaction has taken the last records of a log, a consumer gets neither a message nor an
// end-of-partition event: its position stands still below the end for ever. Silence alone proves
// nothing (a partition may not be fetched at all: queue full, leader on the move; or megabytes of
// an aborted transaction pass by unseen), and a wrong proof would lose messages. So a client of its
// own fetches this one partition from the position on, all records of it, undecided and aborted
// ones included. A response whose size leaves no room for a record, that the broker sent only after
// waiting in vain for one, and with a high watermark at or behind the end, is the proof: its only
// partition has nothing there.
//
// Works in the background; poll() never waits.
class TailProbe {
 public:
  enum class Finding {
    unknown,  // so far
    hole,     // nothing to read below `end`
    none,     // there is something to read, or it cannot be told
  };

  // [position, end) of one partition. Throws Error{definition}, which cannot happen where the
  // source's own client could be made.
  TailProbe(const SourceEntry& source, const std::string& topic, std::int32_t partition,
            Offset position, Offset end, const Clock& clock, const StopSignal& stop);
  ~TailProbe();

  Finding poll();

 private:
  struct Watch;

  const Clock& clock_;
  Clock::Instant give_up_;
  std::string topic_name_;
  std::int32_t partition_;
  Offset end_;
  Watch* watch_;  // owned by client_
  std::unique_ptr<KafkaClient> client_;
  TopicHandle topic_;
  QueueHandle queue_;
};

}  // namespace sluice
