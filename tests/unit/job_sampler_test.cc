// How a sample is shared out.
#include <doctest/doctest.h>

#include "job/sampler.h"

using namespace sluice;

namespace {

using Shares = std::vector<std::int64_t>;

Shares shares(const Shares& sizes, std::int64_t most) { return fair_shares(sizes, most); }

}  // namespace

TEST_CASE("every log gives alike, and what a short one lacks the others make up for") {
  CHECK(shares({100, 100}, 10) == Shares{5, 5});
  CHECK(shares({100, 2, 100}, 10) == Shares{4, 2, 4});
  CHECK(shares({3, 0, 2}, 1'000) == Shares{3, 0, 2});
  CHECK(shares({9, 9, 9}, 2) == Shares{0, 1, 1});
  CHECK(shares({}, 10).empty());
}
