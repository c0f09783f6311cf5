#include <doctest/doctest.h>

#include "store/write_pace.h"

using sluice::WritePace;
using namespace std::chrono_literals;

TEST_CASE("a table that nothing was written to counts as slow") {
  WritePace pace;
  CHECK(pace.rows_ahead() == 400);
  pace.wrote(0, 1ms, false);
  CHECK(pace.rows_ahead() == 400);
}

TEST_CASE("the pace is that of the last transaction, or of the open one where that is slower") {
  WritePace pace;
  pace.wrote(900, 100ms, false);
  CHECK(pace.rows_ahead() == 4 * 9'000);
  pace.wrote(100, 1'900ms, true);  // with the commit
  CHECK(pace.rows_ahead() == 4 * 500);
  pace.wrote(1'000, 100ms, false);
  CHECK(pace.rows_ahead() == 4 * 500);
  pace.wrote(0, 0ms, true);  // committed later, by itself
  CHECK(pace.rows_ahead() == 4 * 10'000);
  pace.wrote(100, 1s, false);
  CHECK(pace.rows_ahead() == 4 * 100);
}

TEST_CASE("a transaction without rows says nothing of the pace") {
  WritePace pace;
  pace.wrote(1'000, 1s, true);
  pace.wrote(0, 1ms, true);
  CHECK(pace.rows_ahead() == 4'000);
}

TEST_CASE("what takes no time is as quick as can be, and the slowest table gets some rows") {
  WritePace pace;
  pace.wrote(1, 0ms, true);
  CHECK(pace.rows_ahead() > 1'000'000'000);
  pace.wrote(1, 1min, true);
  CHECK(pace.rows_ahead() == 80);
}
