// What the chaos holds against a run that says it caught up.
#include "chaos/caught_up.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace sluice::test;

TEST_CASE("a run that says it caught up has read all that was there before it began") {
  const auto ended = [](const char* reason, int next_of_1) {
    return Ended{0,
                 fmt::format(R"({{"stop_reason":"{}","partitions":[)"
                             R"({{"partition":0,"next_offset":12}},)"
                             R"({{"partition":1,"next_offset":{}}}]}})",
                             reason, next_of_1),
                 ""};
  };
  const Offsets before = {{0, 12}, {1, 30}};
  CHECK(left_unread(ended("caught_up", 30), before, offsets_in("0@12 1@40")) == "");
  CHECK(left_unread(ended("caught_up", 30), {}, {}) == "");  // nobody knew the ends
  CHECK(left_unread(ended("caught_up", 29), before, offsets_in("0@12 1@30")) ==
        "1@30 was there before a run that caught up, and in its report it is 29\n");
  CHECK(left_unread(ended("caught_up", 30), before, offsets_in("0@12 1@5")) ==
        "1@30 was there before a run that caught up, and in the table it is 5\n");
  CHECK(left_unread(ended("caught_up", 30), {{2, 1}}, offsets_in("2@1")) ==
        "2@1 was there before a run that caught up, and in its report it is not at all\n");
  CHECK(left_unread(ended("timeout", 0), before, {}) == "");
  CHECK(left_unread(Ended{69, "", ""}, before, {}) == "");
}
