#pragma once

#include <string>
#include <vector>

namespace sluice {

// The folders that a file needs, as far as they were missing. take_back() removes those that were
// made here and are empty; who wants to keep them just does not call it.
class MadeFolders {
 public:
  // Throws Error{io} with the folder and the system's reason.
  void make_for(const std::string& file);

  void take_back() noexcept;

 private:
  std::vector<std::string> made_;  // outermost first
};

}  // namespace sluice
