#include "base/allocator.h"

#include <cstdlib>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace sluice {

// As it comes, memory goes back to the system whenever 128 KB at its end are free, as with each
// response of a broker, and each page that is taken anew is cleared and mapped anew: of 24,000 page
// faults in a load of 400,000 wide messages 8,000. That each thread has an arena of its own costs
// system calls, but stays: in a single one librdkafka's threads and ours wait for each other's lock
// (14 % more processor time for small messages where each thread has a core).
void settle_allocator() {
#ifdef __GLIBC__
  mallopt(M_TOP_PAD, 1 << 20);
  mallopt(M_TRIM_THRESHOLD, 64 << 20);
  mallopt(M_MMAP_THRESHOLD, 32 << 20);  // the most it takes; responses of brokers are below
#endif
}

}  // namespace sluice
