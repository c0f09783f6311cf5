#include "support/text.h"

#include <fstream>
#include <sstream>

namespace sluice::test {

std::string content_of(const std::string& path) {
  std::ostringstream whole;
  whole << std::ifstream(path, std::ios::binary).rdbuf();
  return whole.str();
}

std::string without_waits(const std::string& log) {
  std::istringstream lines(log);
  std::string rest;
  for (std::string line; std::getline(lines, line);) {
    const bool is_wait = line.starts_with("warning: source ") && line.ends_with(": no answer") &&
                         holds(line, ": waits, since it cannot ");
    if (!is_wait) rest += line + "\n";
  }
  return rest;
}

}  // namespace sluice::test
