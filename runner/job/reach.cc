#include "job/reach.h"

#include <spdlog/spdlog.h>

#include <thread>

namespace sluice {
namespace {

constexpr std::chrono::seconds refusal_patience{30};
constexpr std::chrono::seconds between_words{60};
constexpr std::chrono::milliseconds between_tries{200};

}  // namespace

// An attempt takes the source's connect_timeout, or no time at all where no name of it can be
// resolved or the brokers refuse us.
Reached reach(const Clock& clock, const Reaching& reaching) {
  const Clock::Instant began = clock.now();
  Clock::Instant next_word{};
  bool was_refused = false;  // the time before, too
  Clock::Instant refused_since{};
  for (;;) {
    const Clock::Instant try_began = clock.now();
    try {
      reaching.attempt();
      return {.failure = {}, .time_away = try_began - began};
    } catch (const Error& error) {
      const bool is_refusal = error.code() == ExitCode::not_authorised;
      const bool is_unreached = is_refusal || error.code() == ExitCode::unavailable;
      if (!is_unreached && !error.is_interruption()) throw;
      if (is_refusal && !was_refused) refused_since = try_began;
      was_refused = is_refusal;
      const Clock::Instant now = clock.now();
      const bool has_lasted = is_refusal && now - refused_since >= refusal_patience;
      if (reaching.is_over()) {
        return {.failure = is_refusal && !has_lasted ? Error(ExitCode::unavailable, error.what())
                                                     : error,
                .time_away = now - began};
      }
      if (has_lasted) throw;
      if (try_began >= next_word) {
        next_word = try_began + between_words;
        spdlog::warn("{}: {}", reaching.word, error.what());
      }
    }
    std::this_thread::sleep_for(between_tries);
  }
}

}  // namespace sluice
