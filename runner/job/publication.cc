#include "job/publication.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

namespace sluice {
namespace {

constexpr std::chrono::seconds interval{5};
constexpr std::chrono::seconds longest_end{5};
constexpr std::chrono::seconds longest_end_beyond_deadline{2};

std::vector<PublishedPosition> positions_at(const std::string& source,
                                            const std::vector<PartitionReport>& committed) {
  std::vector<PublishedPosition> positions;
  for (const PartitionReport& partition : committed) {
    if (partition.id.source != source) continue;
    positions.push_back({partition.id.topic, partition.id.partition, partition.next_offset});
  }
  return positions;
}

}  // namespace

Publication::Publication(const LoadPlan& plan, const World& world)
    : group_(*plan.publish_group), clock_(world.clock), last_(world.clock.now()) {
  if (!world.open_publisher) return;
  for (const SourceEntry& source : plan.sources) {
    Channel channel{.source = source.name, .publisher = nullptr, .failure = {}};
    try {
      channel.publisher = world.open_publisher(source, plan);
    } catch (const Error& error) {
      channel.failure = error.what();
      spdlog::warn("{}", told(channel));
    }
    channels_.push_back(std::move(channel));
  }
}

void Publication::tick(const std::function<std::vector<PartitionReport>()>& committed) {
  if (clock_.now() - last_ < interval) return;
  last_ = clock_.now();
  publish(committed());
}

std::string Publication::finish(const std::vector<PartitionReport>& committed,
                                Clock::Instant job_deadline) {
  publish(committed);
  const Clock::Instant now = clock_.now();
  const Clock::Instant latest = now + longest_end;
  const Clock::Instant deadline =
      std::min(latest, std::clamp(job_deadline, now, latest) + longest_end_beyond_deadline);
  std::string note;
  for (Channel& channel : channels_) {
    if (channel.publisher) channel.publisher->finish(deadline);
    warn(channel);
    if (channel.failure.empty()) continue;
    if (!note.empty()) note += '\n';
    note += told(channel);
  }
  return note;
}

void Publication::publish(const std::vector<PartitionReport>& committed) {
  for (Channel& channel : channels_) {
    if (!channel.publisher) continue;
    channel.publisher->publish(positions_at(channel.source, committed));
    warn(channel);
  }
}

void Publication::warn(Channel& channel) const {
  if (!channel.publisher || channel.publisher->failure() == channel.failure) return;
  channel.failure = channel.publisher->failure();
  if (!channel.failure.empty()) spdlog::warn("{}", told(channel));
}

std::string Publication::told(const Channel& channel) const {
  return fmt::format("the offsets are not published to group \"{}\" of source \"{}\": {}", group_,
                     channel.source, channel.failure);
}

}  // namespace sluice
