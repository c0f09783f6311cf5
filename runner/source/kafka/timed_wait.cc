// C11's timed wait by the monotonic clock, in place of the C library's. In this program librdkafka
// calls it, and nobody else.
//
// C11 waits until a time of the wall clock, so that a wait of 100 ms takes an hour more where
// somebody sets that clock back by one: in the calls of ours and in the threads that connect and
// ask. Here the time that is left when a wait begins is waited for, whatever the wall clock does
// meanwhile. A librdkafka with threads of its own instead of the C library's does not come by.
#include <features.h>

#ifdef __GLIBC__
#include <pthread.h>
#include <threads.h>
#include <time.h>

#include <cerrno>

namespace {

constexpr long second_ns = 1'000'000'000;

timespec now(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return time;
}

bool operator==(const timespec& a, const timespec& b) {
  return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

// The monotonic clock's time when the wall clock, going on as it does, will show `until`.
timespec monotonic(const timespec& until) {
  const timespec wall = now(CLOCK_REALTIME);
  timespec time = now(CLOCK_MONOTONIC);
  time.tv_sec += until.tv_sec - wall.tv_sec;
  time.tv_nsec += until.tv_nsec - wall.tv_nsec;
  if (time.tv_nsec < 0) {
    time.tv_nsec += second_ns;
    --time.tv_sec;
  }
  if (time.tv_nsec >= second_ns) {
    time.tv_nsec -= second_ns;
    ++time.tv_sec;
  }
  return time;
}

// Who was woken for nothing waits on until the same time: that wait keeps its end.
struct Wait {
  timespec until{};
  timespec end{};
};
thread_local Wait last_wait;

}  // namespace

// glibc's C11 types are its POSIX types under other names, and its own function casts them alike.
static_assert(sizeof(mtx_t) == sizeof(pthread_mutex_t));
static_assert(sizeof(cnd_t) == sizeof(pthread_cond_t));

extern "C" int cnd_timedwait(cnd_t* condition, mtx_t* mutex, const timespec* until) {
  if (!(*until == last_wait.until)) last_wait = {*until, monotonic(*until)};
  const int result = pthread_cond_clockwait(reinterpret_cast<pthread_cond_t*>(condition),
                                            reinterpret_cast<pthread_mutex_t*>(mutex),
                                            CLOCK_MONOTONIC, &last_wait.end);
  return result == 0 ? thrd_success : result == ETIMEDOUT ? thrd_timedout : thrd_error;
}
#endif
