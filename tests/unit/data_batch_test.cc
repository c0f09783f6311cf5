#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "data/batch.h"

using namespace sluice;

TEST_CASE("values of messages stand in a row, whatever is taken with them") {
  Batch batch(1, 1, 1);
  batch.take({.key = "k", .value = "{}", .headers = "[]"});
  batch.arena().copy("what a decoder needs");
  batch.take({.key = "k", .value = "{\"a\":1}", .headers = "[]"});
  batch.take({.value = ""});
  batch.take({.value = "{\"a\":2}"});
  const auto messages = batch.messages();
  const char* next = messages.front().record.value.data();
  for (const TakenMessage& message : messages) {
    CHECK(message.record.value.data() == next);
    next += message.record.value.size();
  }
  CHECK(Bytes(messages.front().record.value.data(), 16) == "{}{\"a\":1}{\"a\":2}");
}
