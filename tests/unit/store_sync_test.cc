// What a small job costs the disk: its syncs, counted at the functions of the C library that SQLite
// calls, which this file replaces for the whole test binary.
#include <doctest/doctest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "store_fixture.h"

namespace {

thread_local int syncs = 0;

}  // namespace

extern "C" int fdatasync(int descriptor) {
  ++syncs;
  return static_cast<int>(::syscall(SYS_fdatasync, descriptor));
}

extern "C" int fsync(int descriptor) {
  ++syncs;
  return static_cast<int>(::syscall(SYS_fsync, descriptor));
}

using namespace sluice;
using namespace sluice::store_test;

TEST_CASE("a small job syncs four times, whether it has messages or not") {
  StoreWorld world;
  world.begin("job-1")->end_job(succeeded());  // the tables are there from now on
  const auto load = [&](const char* job, bool has_messages) {
    syncs = 0;
    const auto store = world.begin(job, {stored_partition("sample", 0, 0)});
    if (has_messages) store->write(BatchOfGuesses({0, 0}).row(1), 0, {});
    store->end_job(succeeded());
    return syncs;
  };
  // The first commit's -wal file, header and folder; the checkpoint at the end: the -wal file once
  // more, then the database. Commits need none.
  CHECK(load("job-2", false) == 4);
  CHECK(load("job-3", true) == 4);
}
