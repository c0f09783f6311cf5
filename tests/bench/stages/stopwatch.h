#pragma once

#include <chrono>
#include <ctime>

namespace sluice::bench {

// Time on the wall and of the processor, in seconds.
struct Took {
  double wall = 0;
  double cpu = 0;  // of this process, all its threads

  Took& operator+=(const Took& more) {
    wall += more.wall;
    cpu += more.cpu;
    return *this;
  }
};

// Measures from its construction on, or from the last lap().
class Stopwatch {
 public:
  Took lap() {
    const Took now = read();
    const Took took{now.wall - begin_.wall, now.cpu - begin_.cpu};
    begin_ = now;
    return took;
  }

 private:
  static Took read() {
    timespec cpu{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now().time_since_epoch();
    return {wall.count(), static_cast<double>(cpu.tv_sec) + static_cast<double>(cpu.tv_nsec) / 1e9};
  }

  Took begin_ = read();
};

}  // namespace sluice::bench
