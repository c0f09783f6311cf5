#include "cli/junit.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "base/duration.h"
#include "base/error.h"
#include "base/timestamp.h"
#include "base/utf8.h"

namespace sluice {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

struct Case {
  std::string name;
  double seconds = 0;
  std::string failure = {};  // empty where there is none
  bool is_error = false;
  std::string skipped = {};
};

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

Case job_case(const JunitSuite& suite) {
  const Report& report = suite.report;
  if (!suite.not_run.empty()) return {.name = "job", .skipped = suite.not_run};
  Case job{.name = "job", .seconds = seconds_of(report.took)};
  if (report.stop_reason == StopReason::skipped) {
    job.skipped = report.message;
  } else if (report.exit_code != 0) {
    job.failure = fmt::format(
        "exit code {}: {}", report.exit_code,
        report.message.empty() ? name_of(report.stop_reason) : std::string_view(report.message));
    // A failure is what was judged and found wanting, an error what kept it from being judged.
    job.is_error = report.exit_code != static_cast<int>(ExitCode::bad_data);
  }
  return job;
}

std::vector<Case> cases_of(const JunitSuite& suite) {
  std::vector<Case> cases{job_case(suite)};
  for (const ExpectationReport& one : suite.report.expectations) {
    cases.push_back({.name = one.name,
                     .seconds = seconds_of(one.took),
                     .failure = one.holds ? std::string() : one.value});
  }
  return cases;
}

std::string case_xml(const Case& one, const std::string& action) {
  std::string xml = fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\"",
                                xml_text(action), xml_text(one.name), one.seconds);
  if (!one.failure.empty()) {
    const char* tag = one.is_error ? "error" : "failure";
    return xml + fmt::format(">\n      <{0} message=\"{1}\">{2}</{0}>\n    </testcase>\n", tag,
                             xml_text(first_line(one.failure)), xml_text(one.failure));
  }
  if (!one.skipped.empty()) {
    return xml + fmt::format(">\n      <skipped message=\"{}\"/>\n    </testcase>\n",
                             xml_text(one.skipped));
  }
  return xml + "/>\n";
}

std::string suite_xml(const JunitSuite& suite) {
  const std::vector<Case> cases = cases_of(suite);
  const auto failed = [&](bool is_error) {
    return std::ranges::count_if(cases, [is_error](const Case& one) {
      return !one.failure.empty() && one.is_error == is_error;
    });
  };
  const auto skipped =
      std::ranges::count_if(cases, [](const Case& one) { return !one.skipped.empty(); });
  std::string xml = fmt::format(
      "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" "
      "time=\"{:.3f}\"",
      xml_text(suite.action), cases.size(), failed(false), failed(true), skipped,
      seconds_of(suite.report.took));
  if (suite.not_run.empty()) {
    xml += fmt::format(" timestamp=\"{}\"", format_iso8601(suite.report.started_ms, 0));
  }
  xml += ">\n";
  for (const Case& one : cases) xml += case_xml(one, suite.action);
  return xml + "  </testsuite>\n";
}

[[noreturn]] void cannot_write(const std::string& path, int system_error) {
  throw Error(ExitCode::io, fmt::format("--junit: cannot write {}: {}", path,
                                        std::generic_category().message(system_error)));
}

}  // namespace

std::string to_junit(const std::vector<JunitSuite>& suites) {
  std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
  for (const JunitSuite& suite : suites) xml += suite_xml(suite);
  return xml + "</testsuites>\n";
}

std::string xml_text(std::string_view bytes) {
  std::string text;
  for (std::size_t at = 0; at < bytes.size();) {
    const Utf8Step step = utf8_step(bytes, at);
    const std::string_view written = bytes.substr(at, step.size);
    at += step.size;
    const bool is_space = step.code == '\t' || step.code == '\n' || step.code == '\r';
    const bool is_control = step.code < 0x20 && !is_space;
    if (!step.valid || is_control || step.code == 0xFFFE || step.code == 0xFFFF) {
      text += replacement;
    } else if (step.code == '&') {
      text += "&amp;";
    } else if (step.code == '<') {
      text += "&lt;";
    } else if (step.code == '>') {
      text += "&gt;";
    } else if (step.code == '"') {
      text += "&quot;";
    } else if (is_space) {
      text += fmt::format("&#{};", static_cast<int>(step.code));  // a parser would make another
    } else {
      text += written;
    }
  }
  return text;
}

JunitFile::JunitFile(std::string path) : path_(std::move(path)) {
  if (path_.empty()) return;
  std::error_code ignored;  // where even this fails, opening says why
  if (std::filesystem::is_directory(path_, ignored)) cannot_write(path_, EISDIR);
  const std::string draft = fmt::format("{}.{}", path_, ::getpid());
  errno = 0;
  if (!std::ofstream(draft)) cannot_write(path_, errno);
  draft_ = draft;
}

JunitFile::~JunitFile() {
  std::error_code ignored;  // a draft that stays is no reason to fail
  if (!draft_.empty()) std::filesystem::remove(draft_, ignored);
}

void JunitFile::write(const std::vector<JunitSuite>& suites) {
  if (path_.empty()) return;
  errno = 0;
  std::ofstream file(draft_, std::ios::binary);
  file << to_junit(suites);
  file.close();
  if (!file) cannot_write(path_, errno);
  std::error_code failed;
  std::filesystem::rename(draft_, path_, failed);
  if (failed) cannot_write(path_, failed.value());
  draft_.clear();
}

}  // namespace sluice
