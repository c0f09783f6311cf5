#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "base/error.h"
#include "cli/junit.h"
#include "support/temp_dir.h"
#include "support/text.h"

namespace sluice {
namespace {

std::size_t files_in(const test::TempDir& dir) {
  const std::filesystem::directory_iterator all(dir.path());
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

Report succeeded() {
  Report report;
  report.action = "load-orders";
  report.stop_reason = StopReason::caught_up;
  report.took = std::chrono::milliseconds(1'250);
  return report;
}

}  // namespace

TEST_CASE("a job that does well is a suite with one case, and one for each expectation") {
  Report report = succeeded();
  report.expectations = {{"min_rows 1", true, "the table has at least 1 rows", {}}};
  CHECK(to_junit({{.action = "load-orders", .report = report}}) ==
        R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="load-orders" tests="2" failures="0" errors="0" skipped="0" time="1.250" timestamp="1970-01-01T00:00:00Z">
    <testcase classname="load-orders" name="job" time="1.250"/>
    <testcase classname="load-orders" name="min_rows 1" time="0.000"/>
  </testsuite>
</testsuites>
)");
}

TEST_CASE("what was judged and found wanting is a failure; what kept a job from it is an error") {
  Report wanting = succeeded();
  wanting.stop_reason = StopReason::error;
  wanting.exit_code = 65;
  wanting.message = "an expectation does not hold\n  min_rows 9: the table has 3 rows";
  wanting.expectations = {{"min_rows 9", false, "the table has 3 rows", {}}};
  const std::string judged = to_junit({{.action = "a", .report = wanting}});
  CHECK(judged.find("failures=\"2\" errors=\"0\"") != std::string::npos);
  CHECK(judged.find("<failure message=\"the table has 3 rows\">") != std::string::npos);
  CHECK(judged.find("<failure message=\"exit code 65: an expectation does not hold\">") !=
        std::string::npos);

  Report broken = succeeded();
  broken.stop_reason = StopReason::error;
  broken.exit_code = 69;
  broken.message = "no broker";
  const std::string kept = to_junit({{.action = "a", .report = broken}});
  CHECK(kept.find("failures=\"0\" errors=\"1\"") != std::string::npos);
  CHECK(kept.find("<error message=\"exit code 69: no broker\">") != std::string::npos);
}

TEST_CASE("a job that was skipped, or that never ran, is skipped") {
  Report skipped = succeeded();
  skipped.stop_reason = StopReason::skipped;
  skipped.message = "another job is loading the table";
  const std::string xml = to_junit(
      {{.action = "a", .report = skipped}, {.action = "b", .not_run = "a signal came before it"}});
  CHECK(xml.find("<skipped message=\"another job is loading the table\"/>") != std::string::npos);
  CHECK(xml.find("<skipped message=\"a signal came before it\"/>") != std::string::npos);
  CHECK(xml.find("errors=\"1\"") == std::string::npos);
}

TEST_CASE("any bytes are text of XML 1.0") {
  CHECK(xml_text("a < b && c > \"d\"") == "a &lt; b &amp;&amp; c &gt; &quot;d&quot;");
  CHECK(xml_text("é😀") == "é😀");
  CHECK(xml_text("a\nb\tc\r\n") == "a&#10;b&#9;c&#13;&#10;");
  CHECK(xml_text(std::string("\0\x01\x1B", 3)) == "\uFFFD\uFFFD\uFFFD");
  CHECK(xml_text("\xFF|\xED\xA0\x80|\xEF\xBF\xBE") == "\uFFFD|\uFFFD\uFFFD\uFFFD|\uFFFD");
}

TEST_CASE("the file is there whole or not at all") {
  const test::TempDir dir;
  const std::string path = dir.file("junit.xml");
  dir.write("junit.xml", "of an earlier run");
  {
    JunitFile file(path);
    CHECK(test::content_of(path) == "of an earlier run");
    file.write({{.action = "a", .report = succeeded()}});
    CHECK(test::content_of(path).starts_with("<?xml"));
  }
  { const JunitFile never_written(path); }
  CHECK(test::content_of(path).starts_with("<?xml"));
  CHECK(files_in(dir) == 1);
}

TEST_CASE("a path that cannot be written is told before anything runs") {
  const test::TempDir dir;
  for (const std::string& path : {dir.file("missing/junit.xml"), dir.path().string()}) {
    CAPTURE(path);
    try {
      const JunitFile file(path);
      FAIL("was taken");
    } catch (const Error& error) {
      CHECK(error.code() == ExitCode::io);
      CHECK(std::string(error.what()).find("cannot write " + path) != std::string::npos);
    }
  }
}

}  // namespace sluice
