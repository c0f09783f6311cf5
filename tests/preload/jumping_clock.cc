// A wall clock that somebody sets: LD_PRELOAD it. Every 700 ms by years, or, where the
// environment's SLUICE_CLOCK_STEP names a file, back by an hour as soon as that file is there. The
// monotonic clock goes on as it does. A wait until a time of the wall clock lasts until the clock
// shows that time, as the kernel has it: it asks the clock every 20 ms.
#include <pthread.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

namespace {

constexpr time_t year_s = 365 * 24 * 3600;
constexpr time_t settings[] = {0, -3 * year_s, -3 * year_s + 5, 2 * year_s, -1, 3600};
constexpr long second_ns = 1'000'000'000;
constexpr long slice_ns = 20'000'000;

time_t real_clock(clockid_t clock, timespec* time) {
  return static_cast<time_t>(syscall(SYS_clock_gettime, clock, time));
}

time_t setting() {
  static const char* const file = std::getenv("SLUICE_CLOCK_STEP");
  if (file != nullptr) return ::access(file, F_OK) == 0 ? -3600 : 0;
  timespec monotonic{};
  real_clock(CLOCK_MONOTONIC, &monotonic);
  const time_t tenths = monotonic.tv_sec * 10 + monotonic.tv_nsec / 100'000'000;
  return settings[tenths / 7 % static_cast<time_t>(sizeof settings / sizeof *settings)];
}

int look(timespec* time) {
  const auto result = static_cast<int>(real_clock(CLOCK_REALTIME, time));
  time->tv_sec += setting();
  return result;
}

// At most a slice, 0 where the time is over.
long left_ns(const timespec& until) {
  timespec shown{};
  look(&shown);
  const time_t seconds = until.tv_sec - shown.tv_sec;
  if (seconds > 1) return slice_ns;
  if (seconds < -1) return 0;
  return std::clamp(seconds * second_ns + until.tv_nsec - shown.tv_nsec, 0L, slice_ns);
}

int wait_until(pthread_cond_t* condition, pthread_mutex_t* mutex, const timespec& until) {
  for (long left = 0; (left = left_ns(until)) > 0;) {
    timespec slice_end{};
    real_clock(CLOCK_MONOTONIC, &slice_end);
    slice_end.tv_nsec += left;
    slice_end.tv_sec += slice_end.tv_nsec / second_ns;
    slice_end.tv_nsec %= second_ns;
    const int result = pthread_cond_clockwait(condition, mutex, CLOCK_MONOTONIC, &slice_end);
    if (result != ETIMEDOUT) return result;
  }
  return ETIMEDOUT;
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* time) {
  return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE
             ? look(time)
             : static_cast<int>(real_clock(clock, time));
}

int gettimeofday(timeval* time, void*) {
  timespec shown{};
  const int result = look(&shown);
  *time = {shown.tv_sec, shown.tv_nsec / 1000};
  return result;
}

time_t time(time_t* into) {
  timespec shown{};
  look(&shown);
  if (into != nullptr) *into = shown.tv_sec;
  return shown.tv_sec;
}

int timespec_get(timespec* time, int base) { return look(time) == 0 ? base : 0; }

int pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex,
                           const timespec* until) {
  return wait_until(condition, mutex, *until);
}

// glibc's C11 types are its POSIX types under other names.
int cnd_timedwait(cnd_t* condition, mtx_t* mutex, const timespec* until) {
  const int result = wait_until(reinterpret_cast<pthread_cond_t*>(condition),
                                reinterpret_cast<pthread_mutex_t*>(mutex), *until);
  return result == 0 ? thrd_success : result == ETIMEDOUT ? thrd_timedout : thrd_error;
}
}
