// A disk that takes 1 s for what it must not lose: LD_PRELOAD it.
#include <sys/syscall.h>
#include <unistd.h>

namespace {

int sync_slowly(long call, int descriptor) {
  usleep(1'000'000);
  return static_cast<int>(syscall(call, descriptor));
}

}  // namespace

extern "C" int fdatasync(int descriptor) { return sync_slowly(SYS_fdatasync, descriptor); }
extern "C" int fsync(int descriptor) { return sync_slowly(SYS_fsync, descriptor); }
