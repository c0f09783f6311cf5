#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <optional>
#include <string>

#include "cli/commands.h"
#include "cli/pace.h"
#include "cli/produce_input.h"
#include "cli/topic_target.h"
#include "cli/world.h"
#include "source/kafka/producer.h"

namespace sluice {
namespace {

// How long a broker that answered once may take to make or describe the topic.
constexpr std::chrono::seconds topic_limit{20};

// The topic's partitions, after it was made where that is wished and needed. Nothing when asked to
// stop.
std::optional<std::int32_t> prepare_topic(Producer& producer, const TopicTarget& target,
                                          const ProduceOptions& options) {
  const Clock::Instant deadline = real_world().clock.now() + topic_limit;
  const auto wanted = options.partitions;
  if (wanted && producer.create_topic(target.topic, *wanted, deadline)) {
    spdlog::info("created topic {} with {} partitions", target.topic, *wanted);
  }
  const auto partitions = producer.topic_partitions(target.topic, deadline);
  if (wanted && partitions && *partitions != *wanted) {
    spdlog::warn("topic \"{}\" is there already, with {} partitions and not {}; it stays as it is",
                 target.topic, *partitions, *wanted);
  }
  return partitions;
}

bool send_one(Producer& producer, const std::string& topic, const OutgoingMessage& message,
              const ProduceInput& input) {
  try {
    return producer.send(topic, message);
  } catch (Error& error) {
    throw std::move(error).during(fmt::format("sending {}", input.place()));
  }
}

struct Sent {
  std::int64_t messages = 0;
  std::optional<Error> failure;  // of the input, or of a message that cannot be sent
};

// Sends message by message until the input ends, a signal comes or something fails: once a message
// is known to be missing, no more are sent. Without a key, messages go to the partitions in turn,
// so that each gets its share.
Sent send_all(Producer& producer, ProduceInput& input, const std::string& topic,
              const ProduceOptions& options, std::int32_t partitions) {
  const Clock& clock = real_world().clock;
  std::optional<Pace> pace;
  if (options.rate) pace.emplace(*options.rate, clock.now());
  const std::vector<std::pair<std::string_view, Bytes>> headers(options.headers.begin(),
                                                                options.headers.end());
  Sent sent;
  try {
    ProduceInput::Message next;
    while (producer.result().failed == 0 && input.next(next)) {
      if (pace && !producer.wait(pace->step(clock.now()))) break;
      OutgoingMessage message{
          .partition = {}, .key = next.key, .value = next.value, .headers = headers};
      if (is_null(next.key)) {
        message.partition = static_cast<std::int32_t>(sent.messages % partitions);
      }
      if (!send_one(producer, topic, message, input)) break;
      ++sent.messages;
    }
  } catch (const Error& error) {
    sent.failure = error;
  }
  return sent;
}

}  // namespace

int produce_command(const ProduceOptions& options) {
  check_usage(options);
  const World& world = real_world();
  const auto stopped = [&world] { return 128 + world.stop.number(); };
  const TopicTarget target = topic_target(options.target, options.project);
  const auto input = open_input(options, world.stop);
  Producer producer(target.source, world.clock, world.stop);
  if (!producer.connect(Clock::Instant::max())) return stopped();
  const auto partitions = prepare_topic(producer, target, options);
  if (!partitions) return stopped();

  const Sent sent = send_all(producer, *input, target.topic, options, *partitions);
  producer.flush(producer.latest_answer());
  const std::int64_t delivered = producer.result().delivered;
  fmt::print("{} of {} messages acknowledged by {}/{}\n", delivered, sent.messages,
             target.source.name, target.topic);
  if (delivered < sent.messages && world.stop.raised()) {
    spdlog::warn("asked to stop: whether the other {} are stored is not known",
                 sent.messages - delivered);
  } else if (delivered < sent.messages) {
    throw producer.missing(sent.messages);
  }
  if (sent.failure) throw *sent.failure;
  return world.stop.raised() ? stopped() : 0;
}

}  // namespace sluice
