#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "job/report.h"

namespace sluice {

// The outcome of jobs as JUnit XML, as CI servers show it: a suite for each action, in it one case
// for the job and one for each of its expectations.

// What an action came to: its report, or why it did not run at all.
struct JunitSuite {
  std::string action;
  Report report = {};
  std::string not_run = {};  // empty: it ran
};
std::string to_junit(const std::vector<JunitSuite>& suites);

// Any bytes as text of an XML 1.0 document, which cannot hold all of them: what it has no character
// for becomes U+FFFD. https://www.w3.org/TR/xml/#charsets
std::string xml_text(std::string_view bytes);

// A file that is there whole or not at all: written beside its place and moved there at the end.
// That it can be written is known from the start on.
class JunitFile {
 public:
  // Throws Error{io} where the file cannot be made. An empty path: nothing is ever written.
  explicit JunitFile(std::string path);
  // Removes what write() did not bring to its place.
  ~JunitFile();
  JunitFile(const JunitFile&) = delete;
  JunitFile& operator=(const JunitFile&) = delete;

  // Throws Error{io}.
  void write(const std::vector<JunitSuite>& suites);

 private:
  std::string path_;
  std::string draft_;  // empty where there is none
};

}  // namespace sluice
