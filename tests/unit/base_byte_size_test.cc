#include <doctest/doctest.h>

#include "base/byte_size.h"

using sluice::parse_byte_size;

TEST_CASE("a size is a number of bytes, or of a unit of 1,024") {
  CHECK(parse_byte_size("0") == 0);
  CHECK(parse_byte_size("4096") == 4096);
  CHECK(parse_byte_size("512KB") == 512 * 1024);
  CHECK(parse_byte_size("512KiB") == 512 * 1024);
  CHECK(parse_byte_size("256MB") == 268'435'456);
  CHECK(parse_byte_size("1GB") == 1'073'741'824);
  CHECK(parse_byte_size("8GiB") == 8'589'934'592);
  CHECK(parse_byte_size("8589934591GB") == 9'223'372'035'781'033'984);
}

TEST_CASE("a size with a sign, a blank, a fraction, a strange unit, or too large is none") {
  for (const char* text : {"", " ", "MB", "-1MB", "+1", "1 MB", "1.5GB", "1mb", "1TB", "1M",
                           "9223372036854775808", "8589934592GB"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_byte_size(text).has_value());
  }
}
