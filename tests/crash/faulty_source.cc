#include "crash/faulty_source.h"

#include "base/error.h"
#include "crash/fault_line.h"

namespace sluice::test {
namespace {

void pass(std::string_view what) {
  FaultLine* line = FaultLine::current();
  if (line == nullptr || !line->pass(Call::fetch, what)) return;
  throw Error(ExitCode::unavailable, "the brokers went away");
}

}  // namespace

void FaultySource::connect(Clock::Instant deadline) {
  try {
    pass("source to connect");
  } catch (const Error&) {
    clock_.advance(std::chrono::seconds(1));
    throw;
  }
  ForwardingSource::connect(deadline);
}

TopicLog FaultySource::log(const PlannedTopic& topic, Clock::Instant deadline) {
  pass("source for its log");
  return ForwardingSource::log(topic, deadline);
}

void FaultySource::start(std::span<const StartAt> partitions) {
  pass("source to start");
  ForwardingSource::start(partitions);
}

Fetched FaultySource::fetch(std::chrono::milliseconds wait, std::size_t most,
                            std::size_t most_bytes) {
  if (FaultLine* line = FaultLine::current()) line->note_reading();
  pass("source for messages");
  return ForwardingSource::fetch(wait, most, most_bytes);
}

}  // namespace sluice::test
