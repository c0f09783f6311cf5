#include "job/silence_limit.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace sluice {
namespace {

std::string names_of_open(const std::vector<PlannedPartition>& partitions,
                          const Progress& progress) {
  constexpr std::size_t most_names = 10;
  std::string names;
  std::size_t count = 0;
  for (PartitionIndex i = 0; i < partitions.size(); ++i) {
    if (progress.is_done(i) || ++count > most_names) continue;
    const PartitionId& id = partitions[i].id;
    names += fmt::format("{}{} of source \"{}\"", count == 1 ? "" : ", ", notation(id), id.source);
  }
  if (count > most_names) names += fmt::format(" and {} others", count - most_names);
  return names;
}

}  // namespace

SilenceLimit::SilenceLimit(const Sources& sources, const std::vector<PlannedPartition>& partitions,
                           const Progress& progress, const Clock& clock)
    : sources_(sources),
      partitions_(partitions),
      progress_(progress),
      clock_(clock),
      last_(standing()),
      moved_(clock.now()) {}

void SilenceLimit::check() {
  sources_.check_reachable(clock_);
  const Clock::Instant now = clock_.now();
  const Standing found = standing();
  if (found != last_ || is_any_away()) {
    last_ = found;
    moved_ = now;
  }
  if (now - moved_ < answers_limit) return;
  throw Error(
      ExitCode::unavailable,
      fmt::format("nothing has come for {} s from {}, not even that it is at its end: its leader "
                  "may be away",
                  std::chrono::seconds(answers_limit).count(),
                  names_of_open(partitions_, progress_)));
}

// Positions never go back.
SilenceLimit::Standing SilenceLimit::standing() const {
  Standing standing{.open = progress_.open()};
  for (PartitionIndex i = 0; i < partitions_.size(); ++i) standing.sum += progress_.next_offset(i);
  return standing;
}

bool SilenceLimit::is_any_away() const {
  return std::ranges::any_of(sources_.named(), [](const NamedSource& named) {
    return named.source->outage().has_value();
  });
}

}  // namespace sluice
