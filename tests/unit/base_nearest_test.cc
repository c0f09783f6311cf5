#include <doctest/doctest.h>

#include <vector>

#include "base/nearest.h"

namespace sluice {
namespace {

const std::vector<std::string> keys = {"timeout", "idle_timeout", "instances", "name", "until"};

TEST_CASE("the nearest name is found in spite of a slip of the fingers") {
  CHECK(nearest("tmeout", keys) == "timeout");    // a letter left out
  CHECK(nearest("timeoutt", keys) == "timeout");  // one too many
  CHECK(nearest("timeaut", keys) == "timeout");   // another
  CHECK(nearest("tiemout", keys) == "timeout");   // two swapped
  CHECK(nearest("Timeout", keys) == "timeout");   // another case
  CHECK(nearest("unitl", keys) == "until");
}

TEST_CASE("nothing is suggested that is not near") {
  CHECK(nearest("partitions", keys).empty());
  CHECK(nearest("", keys).empty());
  CHECK(nearest("nm", keys).empty());
  CHECK(nearest("timeout", {}).empty());
}

TEST_CASE("a word in another case is always near") {
  CHECK(nearest("NAME", keys) == "name");
  CHECK(nearest("UNTIL", keys) == "until");
}

TEST_CASE("an edit of a third of the word is near, one more is not") {
  const std::vector<std::string> abc = {"abcdef"};
  CHECK(nearest("abcdxy", abc) == "abcdef");
  CHECK(nearest("abcxyz", abc).empty());
}

TEST_CASE("a wrong case counts half, so the other letter loses") {
  const std::vector<std::string> two = {"xame", "Name"};
  CHECK(nearest("name", two) == "Name");
}

TEST_CASE("of equally near names the first is suggested") {
  const std::vector<std::string> two = {"cart", "card"};
  CHECK(nearest("carx", two) == "cart");
}

TEST_CASE("the question is empty where there is nothing to ask") {
  CHECK(did_you_mean("tmeout", keys) == " (did you mean \"timeout\"?)");
  CHECK(did_you_mean("zzz", keys).empty());
}

}  // namespace
}  // namespace sluice
