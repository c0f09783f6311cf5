// A wall clock that somebody sets every 700 ms, by years: LD_PRELOAD it. The monotonic clock goes
// on as it does. Waits until a time of the wall clock last as long as the clock showed when their
// thread last looked at it, so that no jump makes one of them last for years.
#include <dlfcn.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

namespace {

constexpr time_t year_s = 365 * 24 * 3600;
constexpr time_t settings[] = {0, -3 * year_s, -3 * year_s + 5, 2 * year_s, -1, 3600};

thread_local time_t shown_s = 0;  // too much, when this thread last looked

time_t real_clock(clockid_t clock, timespec* time) {
  return static_cast<time_t>(syscall(SYS_clock_gettime, clock, time));
}

int look(timespec* time) {
  timespec monotonic{};
  real_clock(CLOCK_MONOTONIC, &monotonic);
  const time_t tenths = monotonic.tv_sec * 10 + monotonic.tv_nsec / 100'000'000;
  const time_t jump = tenths / 7 % static_cast<time_t>(sizeof settings / sizeof *settings);
  shown_s = settings[jump];
  const auto result = static_cast<int>(real_clock(CLOCK_REALTIME, time));
  time->tv_sec += shown_s;
  return result;
}

timespec on_the_real_clock(const timespec* until) {
  return {until->tv_sec - shown_s, until->tv_nsec};
}

template <class Wait>
Wait real_wait(const char* name) {
  return reinterpret_cast<Wait>(dlsym(RTLD_NEXT, name));
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
  using Wait = int (*)(pthread_cond_t*, pthread_mutex_t*, const timespec*);
  static const auto wait = real_wait<Wait>("pthread_cond_timedwait");
  const timespec real = on_the_real_clock(until);
  return wait(condition, mutex, &real);
}

int cnd_timedwait(cnd_t* condition, mtx_t* mutex, const timespec* until) {
  using Wait = int (*)(cnd_t*, mtx_t*, const timespec*);
  static const auto wait = real_wait<Wait>("cnd_timedwait");
  const timespec real = on_the_real_clock(until);
  return wait(condition, mutex, &real);
}
}
