#include <doctest/doctest.h>

#include <functional>
#include <optional>

#include "base/error.h"
#include "cli/pace.h"
#include "cli/produce_input.h"
#include "support/capture.h"
#include "support/temp_dir.h"

namespace sluice {
namespace {

using namespace std::chrono_literals;

struct ReadMessage {
  std::optional<std::string> key;
  std::optional<std::string> value;
  bool operator==(const ReadMessage&) const = default;
};
using ReadMessages = std::vector<ReadMessage>;
constexpr std::nullopt_t null = std::nullopt;

std::optional<std::string> copied(Bytes bytes) {
  return is_null(bytes) ? std::nullopt : std::optional<std::string>(bytes);
}

ReadMessages messages_of(const ProduceOptions& options) {
  const StopSignal stop;
  const auto input = open_input(options, stop);
  ReadMessages messages;
  for (ProduceInput::Message next; input->next(next);) {
    messages.push_back({copied(next.key), copied(next.value)});
  }
  return messages;
}

ReadMessages messages_of(const std::string& lines, ProduceOptions options) {
  const test::TempDir dir;
  dir.write("lines.txt", lines);
  options.file = dir.file("lines.txt");
  return messages_of(options);
}

ProduceOptions separated_by(const std::string& separator) {
  ProduceOptions options;
  options.key_separator = separator;
  return options;
}

TEST_CASE("lines without further options are values without a key") {
  CHECK(messages_of("a\n\nb:c\r\n", {}) == ReadMessages{{null, "a"}, {null, ""}, {null, "b:c\r"}});
}

TEST_CASE("one key for all, an empty one too") {
  ProduceOptions options;
  options.key = "k";
  CHECK(messages_of("a\nb\n", options) == ReadMessages{{"k", "a"}, {"k", "b"}});
  options.key = "";
  CHECK(messages_of("a\n", options) == ReadMessages{{"", "a"}});
}

TEST_CASE("a key ends at the first separator; key and value may be empty") {
  CHECK(messages_of("a:b\na:b:c\n:b\na:\n:\n", separated_by(":")) ==
        ReadMessages{{"a", "b"}, {"a", "b:c"}, {"", "b"}, {"a", ""}, {"", ""}});
  CHECK(messages_of("a => b=>c\n", separated_by(" => ")) == ReadMessages{{"a", "b=>c"}});
  CHECK(messages_of("a\tb c\n", separated_by("\\t")) == ReadMessages{{"a", "b c"}});
}

TEST_CASE("a line without the separator is refused with its place") {
  for (const char* lines : {"a:b\nbroken\n", "a:b\n\n"}) {
    CAPTURE(lines);
    try {
      messages_of(lines, separated_by(":"));
      FAIL("nothing was thrown");
    } catch (const Error& error) {
      CHECK(error.code() == ExitCode::bad_data);
      CHECK(std::string(error.what()).find("lines.txt:2: no \":\"") != std::string::npos);
    }
  }
}

TEST_CASE("a value that is the text for null is a tombstone; a part of one, or a key, is not") {
  ProduceOptions options = separated_by(":");
  options.null_text = "NULL";
  CHECK(messages_of("a:NULL\na:NULLS\nNULL:b\na:\n", options) ==
        ReadMessages{{"a", null}, {"a", "NULLS"}, {"NULL", "b"}, {"a", ""}});
  options.null_text = "";
  CHECK(messages_of("a:\na:b\n", options) == ReadMessages{{"a", null}, {"a", "b"}});
  ProduceOptions without_key;
  without_key.null_text = "-";
  CHECK(messages_of("-\nb\n", without_key) == ReadMessages{{null, null}, {null, "b"}});
}

TEST_CASE("a sample has its count, begins where it is told, and takes a key") {
  ProduceOptions options;
  options.sample = "guesses";
  options.count = 5;
  const ReadMessages five = messages_of(options);
  REQUIRE(five.size() == 5);
  options.first = 3;
  options.count = 2;
  CHECK(messages_of(options) == ReadMessages{five[3], five[4]});
  options.seed = 2;
  CHECK(messages_of(options)[0] != five[3]);
  options.key = "k";
  CHECK(messages_of(options)[0].key == "k");

  ProduceOptions sensors;
  sensors.sample = "sensors";
  CHECK(messages_of(sensors).size() == 10'000);
  CHECK(messages_of(sensors)[0].key == "hall-01");
}

TEST_CASE("options that contradict each other are wrong usage, each with its names") {
  struct Case {
    std::function<void(ProduceOptions&)> change;
    const char* says;
  };
  const Case cases[] = {
      {[](auto& o) { o.file = "a", o.sample = "words"; }, "a file and --sample"},
      {[](auto& o) { o.count = 1; }, "--count goes with --sample only"},
      {[](auto& o) { o.first = 1; }, "--first goes with --sample only"},
      {[](auto& o) { o.seed = 1; }, "--seed goes with --sample only"},
      {[](auto& o) { o.key_separator = ":", o.sample = "words"; }, "--key-separator goes with"},
      {[](auto& o) { o.null_text = "", o.sample = "words"; }, "--null goes with lines only"},
      {[](auto& o) { o.key = "k", o.key_separator = ":"; }, "a message has one key"},
      {[](auto& o) { o.key_separator = ""; }, "must not be empty"},
  };
  for (const auto& [change, says] : cases) {
    CAPTURE_BINDING(says);
    ProduceOptions options;
    CHECK_NOTHROW(check_usage(options));
    change(options);
    try {
      check_usage(options);
      FAIL("nothing was thrown");
    } catch (const Error& error) {
      CHECK(error.code() == ExitCode::usage);
      CHECK(std::string(error.what()).find(says) != std::string::npos);
    }
  }
}

TEST_CASE("a pace makes even steps and does not make up for a stall") {
  const Clock::Instant start{1h};
  Pace pace(100, start);
  CHECK(pace.step(start) == start);
  CHECK(pace.step(start) == start + 10ms);
  CHECK(pace.step(start + 15ms) == start + 20ms);  // late is made up for
  const Clock::Instant stalled = start + 10s;
  CHECK(pace.step(stalled) == stalled - 100ms);
  CHECK(pace.step(stalled) == stalled - 90ms);
}

}  // namespace
}  // namespace sluice
