#include "support/text.h"

#include <fstream>
#include <sstream>

namespace sluice::test {

std::string content_of(const std::string& path) {
  std::ostringstream whole;
  whole << std::ifstream(path, std::ios::binary).rdbuf();
  return whole.str();
}

}  // namespace sluice::test
