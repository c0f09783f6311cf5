#pragma once

namespace sluice {

// Settles how the C library's allocator gets memory from the system and gives it back, for a
// process that takes millions of small pieces on one thread and frees them on another, as
// librdkafka does with what it has fetched. To be called before there is a second thread; changes
// nothing where the allocator is another one than glibc's.
void settle_allocator();

}  // namespace sluice
