#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "support/process.h"
#include "support/temp_dir.h"

namespace sluice::test {

// A command that a page shows behind "$ ", and the output that it shows. In the output "…" stands
// for any text of a line, alone on a line for any lines.
struct ShownCommand {
  std::string line;
  std::vector<std::string> expected;
};

// The commands of the console blocks of a page (a path in the repository). Behind each line `mark`,
// of the next block only.
std::vector<ShownCommand> commands_behind(const std::string& page, const std::string& mark);
// Of all blocks below the line `heading`, up to the next heading.
std::vector<ShownCommand> commands_below(const std::string& page, const std::string& heading);

// A directory as a reader has it: the examples' definitions, and `sluice` on the PATH.
// scripts/broker is the real one, whose jars and caches are those of the repository.
class Reader {
 public:
  Reader();

  const TempDir& dir() const { return dir_; }
  const std::map<std::string, std::string>& environment() const { return environment_; }

 private:
  TempDir dir_;
  std::map<std::string, std::string> environment_;
};

// Commands that a reader types into one shell, one after the other.
class Typing {
 public:
  // Begins. The reader must outlive it.
  Typing(const Reader& reader, std::vector<ShownCommand> commands);

  // Waits for the end and checks what each command printed.
  void check();

 private:
  std::vector<ShownCommand> commands_;
  std::unique_ptr<Process> shell_;
};

}  // namespace sluice::test
