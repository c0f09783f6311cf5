#include "job/shared_reading.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/no_resources.h"

namespace sluice {
namespace {

// What is being handled, where it is a failure of the world and no bug.
std::optional<Error> as_failure() {
  try {
    throw;
  } catch (const Error& error) {
    return error;
  } catch (const std::system_error& error) {
    if (error.code() != std::errc::resource_unavailable_try_again) return std::nullopt;
    return no_resources("the system has no thread for the job");
  } catch (...) {
    return std::nullopt;
  }
}

}  // namespace

SharedReading::SharedReading(const LoadPlan& plan, const Room& room, std::int64_t rejected,
                             Limits& limits, Pipeline& pipeline)
    : most_rejects_(plan.rejects.count),
      longest_wait_(plan.batch.interval),
      limits_(limits),
      pipeline_(pipeline),
      room_(room),
      rejected_(rejected) {}

Reader::Room SharedReading::left(Filling& filling) {
  const std::lock_guard lock(mutex_);
  Reader::Room left = room_.left(filling);
  left.messages = std::min(left.messages, limits_.messages_left());
  return left;
}

std::chrono::milliseconds SharedReading::patience() const {
  return std::min(limits_.patience(), longest_wait_);
}

bool SharedReading::is_used_up(const Filling& filling) {
  const std::lock_guard lock(mutex_);
  return room_.is_used_up(filling) || is_over_budget(*filling.batch);
}

// Whether there are more rejects than the job may have, even if the table refuses no row.
bool SharedReading::is_over_budget(const Batch& batch) const {
  return rejected_ + static_cast<std::int64_t>(batch.rejects().size()) > most_rejects_ ||
         std::ranges::any_of(batch.rejects(), &Reject::ends_job);
}

// One lock over both: what the room has decided holds for this order only.
void SharedReading::hand_over(Filling filling, bool leaves) {
  const std::lock_guard lock(mutex_);
  const bool is_last = is_over_budget(*filling.batch);
  if (is_last) is_over_ = true;
  rejected_ += static_cast<std::int64_t>(filling.batch->rejects().size());
  const bool ends = is_last || (leaves && !filling.batch->empty());
  const Passage passage = room_.pass(filling, ends);
  pipeline_.hand_over(std::move(filling.batch), passage);
}

void SharedReading::end_by(StopReason rule) {
  const std::lock_guard lock(mutex_);
  // A message that ends the job is never met again; other rules are.
  if (!end_.rule || rule == StopReason::rule) end_.rule = rule;
  is_over_ = true;
}

void SharedReading::end_to_decide_anew() {
  const std::lock_guard lock(mutex_);
  end_.needs_decision = true;
  is_over_ = true;
}

void SharedReading::fail() {
  const std::lock_guard lock(mutex_);
  is_over_ = true;
  if (const std::optional<Error> failure = as_failure()) {
    if (!end_.failure) end_.failure = failure;
  } else if (!end_.bug) {
    end_.bug = std::current_exception();
  }
}

bool SharedReading::is_over() {
  if (is_over_ || pipeline_.has_failed()) return true;
  if (const std::optional<StopReason> rule = limits_.reached()) end_by(*rule);
  return is_over_;
}

}  // namespace sluice
