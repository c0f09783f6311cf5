#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "data/message.h"
#include "data/position.h"
#include "plan/positions.h"

namespace sluice {

// A partition to be read.
struct StartAt {
  PartitionIndex partition = 0;  // comes back in each message
  std::string topic;
  std::int32_t number = 0;  // the partition's number in its topic
  Offset next_offset = 0;
  // Where the log ended when the job began. A position may lie behind it and wait there: the source
  // then reads from the end, which a broker can, and hands out nothing below the position.
  Offset end_offset = INT64_MAX;
  // Where the job wants to come to, if anywhere. For the source to prove a hole at the end of a log
  // (see Fetched::proofs), and to spare itself asking for more; it may hand out messages at and
  // behind the target.
  std::optional<Offset> target_offset;
};

// A position that is known without a message: the log has nothing to read for us below it.
struct Proof {
  PartitionIndex partition = 0;
  Offset next_offset = 0;
};

// What one fetch brought. Views belong to the source until its next fetch.
struct Fetched {
  std::span<const Message> messages;  // of each partition in the order of offsets
  std::span<const Proof> proofs;      // they hold after these messages
};

// The brokers cannot be reached, since when and why.
struct Outage {
  Clock::Instant since;
  std::string cause;
  ExitCode code = ExitCode::unavailable;  // not_authorised where the brokers are there, but refuse
};

// A cluster that messages are read from: one of the few interfaces, so that tests can script it.
//
// First connect(), then log(), then start(), then fetch() until the job has enough. One thread
// uses a source, and perhaps another one destroys it after that. Every wait ends soon after the
// job's StopSignal: within 250 ms, but within 3 s where log() has asked brokers that are as slow as
// that.
class Source {
 public:
  virtual ~Source() = default;

  // Waits until a broker answers. Throws Error{unavailable} after the source's connect_timeout
  // with the cause, Error{not_authorised} where the brokers refuse us, Error::interrupted().
  virtual void connect(Clock::Instant deadline) = 0;

  // The topic's partitions with their low and end offsets, and what its times resolve to. Throws
  // Error{no_input} for a topic that does not exist (with the nearest name), Error{unavailable} at
  // the deadline, after connect_timeout where a broker cannot be reached that is needed (it may be
  // another one than those that the source names), after 30 s where a partition has no leader,
  // Error{not_authorised}, Error::interrupted(): never half an answer.
  virtual TopicLog log(const PlannedTopic& topic, Clock::Instant deadline) = 0;

  // Begins to read these partitions, each at most once; what was fetched before stays good.
  virtual void start(std::span<const StartAt> partitions) = 0;

  // Waits at most `wait` for something to arrive, then hands out at most `most` messages, and no
  // more once they hold `most_bytes`.
  // Failures that pass are waited out inside (see outage()). Throws Error{source_changed} where a
  // position has left the log, Error{unavailable}, Error{not_authorised}, Error{no_input} (the
  // topic is gone): what was handed out before stays good.
  virtual Fetched fetch(std::chrono::milliseconds wait, std::size_t most,
                        std::size_t most_bytes) = 0;

  // Goes on at `next_offset` with a partition that is being read: nothing below is handed out any
  // more. It must lie behind all that was.
  virtual void skip_to(PartitionIndex partition, Offset next_offset) = 0;

  // This partition is done: no more of its messages are wanted, those on the way are dropped.
  virtual void stop(PartitionIndex partition) = 0;

  // Whether the topic's policy lets the cluster remove single messages behind the log's start.
  // Nothing where it answers and does not tell: the right to ask is often not given. Throws
  // Error{unavailable} where no answer comes within 5 s or until connect()'s deadline,
  // Error{not_authorised} where the brokers refuse us altogether, Error::interrupted(): silence says
  // nothing about a policy.
  virtual std::optional<bool> is_compacted(const std::string& topic) = 0;

  // Whether a topic that log() was asked for has more partitions than it had then. Only sources
  // that are read without an end look, every 20 s, while they fetch.
  virtual bool has_new_partitions() const = 0;

  // Nothing while brokers can be reached.
  virtual std::optional<Outage> outage() const = 0;

  // How long brokers were away since the first fetch(), an outage under way included.
  virtual std::chrono::milliseconds time_away() const = 0;
};

}  // namespace sluice
