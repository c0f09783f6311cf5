#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <vector>

namespace sluice::test {

// What was done to the surroundings of runs and when, so that an end that it explains can be told
// from one that nothing does. Any thread.
class Disturbances {
 public:
  enum class Kind {
    broker_away,
    database_held,      // by somebody who is no run
    lock_file_removed,  // of the table: two runs may load at once from then on
  };
  using Instant = std::chrono::steady_clock::time_point;

  // Lasts from its construction until its destruction.
  class Lasting {
   public:
    Lasting(Disturbances& all, Kind kind) : all_(all), number_(all.begin(kind)) {}
    ~Lasting() { all_.end(number_); }
    Lasting(const Lasting&) = delete;
    Lasting& operator=(const Lasting&) = delete;

   private:
    Disturbances& all_;
    std::size_t number_;
  };

  // Whether one of the kind was there at any moment between the two.
  bool was_there(Kind kind, Instant from, Instant to) const;

 private:
  struct Span {
    Kind kind;
    Instant from;
    Instant to;
  };

  std::size_t begin(Kind kind);
  void end(std::size_t number);

  mutable std::mutex mutex_;
  std::vector<Span> spans_;
};

}  // namespace sluice::test
