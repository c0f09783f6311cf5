#include "chaos/disturbances.h"

#include <algorithm>

namespace sluice::test {

bool Disturbances::was_there(Kind kind, Instant from, Instant to) const {
  const std::lock_guard lock(mutex_);
  return std::ranges::any_of(spans_, [&](const Span& span) {
    return span.kind == kind && span.from <= to && span.to >= from;
  });
}

std::size_t Disturbances::begin(Kind kind) {
  const std::lock_guard lock(mutex_);
  spans_.push_back({kind, std::chrono::steady_clock::now(), Instant::max()});
  return spans_.size() - 1;
}

void Disturbances::end(std::size_t number) {
  const std::lock_guard lock(mutex_);
  spans_[number].to = std::chrono::steady_clock::now();
}

}  // namespace sluice::test
