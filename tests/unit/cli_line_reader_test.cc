#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <thread>
#include <vector>

#include "base/error.h"
#include "cli/line_reader.h"
#include "support/temp_dir.h"

namespace sluice {
namespace {

using Lines = std::vector<std::string>;

Lines read_all(LineReader& reader) {
  Lines lines;
  for (std::string_view line; reader.next(line);) lines.emplace_back(line);
  return lines;
}

Lines lines_of(const std::string& text) {
  const test::TempDir dir;
  dir.write("lines.txt", text);
  const StopSignal stop;
  LineReader reader(dir.file("lines.txt"), stop);
  return read_all(reader);
}

TEST_CASE("a line is what stands before a line feed, and what stands behind the last one") {
  using namespace std::string_literals;
  CHECK(lines_of("").empty());
  CHECK(lines_of("a\nb\n") == Lines{"a", "b"});
  CHECK(lines_of("a\nb") == Lines{"a", "b"});
  CHECK(lines_of("\n\na\n\n") == Lines{"", "", "a", ""});
  CHECK(lines_of("a\r\n\r\n") == Lines{"a\r", "\r"});
  CHECK(lines_of("a\0b\n"s) == Lines{"a\0b"s});
}

TEST_CASE("lines may be longer than what is read at once, and lie across its borders") {
  Lines lines;
  std::string text;
  for (const std::size_t size : {65'535u, 65'536u, 1u, 65'537u, 200'000u, 0u, 3u}) {
    lines.emplace_back(size, static_cast<char>('a' + lines.size()));
    text += lines.back() + "\n";
  }
  CHECK(lines_of(text) == lines);
}

TEST_CASE("the place is that of the line read last") {
  const test::TempDir dir;
  dir.write("lines.txt", "a\n\nb");
  const StopSignal stop;
  LineReader reader(dir.file("lines.txt"), stop);
  std::string_view line;
  while (reader.next(line)) {
  }
  CHECK(reader.place() == dir.file("lines.txt") + ":3");
}

TEST_CASE("what cannot be read says why") {
  const test::TempDir dir;
  const StopSignal stop;
  const auto why = [&](const std::string& path) -> std::string {
    try {
      LineReader reader(path, stop);
      read_all(reader);
    } catch (const Error& error) {
      CHECK(error.code() == ExitCode::no_input);
      return error.what();
    }
    return "";
  };
  CHECK(why(dir.file("missing")) ==
        "cannot read " + dir.file("missing") + ": No such file or directory");
  CHECK(why(dir.path().string()) == "cannot read " + dir.path().string() + ": Is a directory");
}

TEST_CASE("a signal ends the wait for a pipe, and a half line is not taken for a whole one") {
  const test::TempDir dir;
  const std::string pipe = dir.file("pipe");
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  StopSignal stop;
  LineReader reader(pipe, stop);
  const int writer = open(pipe.c_str(), O_WRONLY);
  REQUIRE(write(writer, "whole\nhal", 9) == 9);
  std::string_view line;
  REQUIRE(reader.next(line));
  CHECK(line == "whole");
  std::jthread signal([&stop] { stop.raise(15); });
  CHECK_FALSE(reader.next(line));
  close(writer);
}

TEST_CASE("a pipe that nobody has opened yet is waited for") {
  const test::TempDir dir;
  const std::string pipe = dir.file("pipe");
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  const StopSignal stop;
  LineReader reader(pipe, stop);
  std::jthread producer([&pipe] {
    const int writer = open(pipe.c_str(), O_WRONLY);
    CHECK(write(writer, "a\nb", 3) == 3);
    close(writer);
  });
  CHECK(read_all(reader) == Lines{"a", "b"});
}

}  // namespace
}  // namespace sluice
