#pragma once

#include <atomic>

namespace sluice {

// The wish to end soon: which signal asked for it, 0 for none. Set from a signal handler, read by
// every wait of the program. Lock-free, any thread.
class StopSignal {
 public:
  // The first one counts; false for those after it.
  bool raise(int signal_number) noexcept {
    int none = 0;
    return signal_.compare_exchange_strong(none, signal_number);
  }
  int number() const noexcept { return signal_.load(); }
  bool raised() const noexcept { return number() != 0; }

 private:
  std::atomic<int> signal_{0};
  static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may only touch these");
};

}  // namespace sluice
