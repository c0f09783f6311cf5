#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "support/temp_dir.h"

namespace sluice::test {

// What a program said and how it ended.
struct Ended {
  int exit_code = 0;  // 128+n where signal n ended it
  std::string out;
  std::string err;
};

// A child process with its output kept in files. Destruction kills what still runs.
class Process {
 public:
  // Starts `argv` in `directory` with our environment and `environment` on top of it; `input` is
  // its standard input. Throws std::runtime_error where it cannot be started.
  Process(std::vector<std::string> argv, const std::string& directory,
          const std::map<std::string, std::string>& environment = {},
          const std::string& input = {});
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  bool is_running();
  pid_t pid() const { return pid_; }  // -1 once it has ended
  void send(int signal_number);
  Ended wait();
  void wait_for_end();  // wait(), without what it said

  // What it printed so far.
  std::string out() const;
  std::string err() const;

 private:
  TempDir files_;
  pid_t pid_ = -1;
  int status_ = 0;
};

// Asks again and again until it is true, for `limit` at the most; false where it never was.
bool eventually(const std::function<bool()>& condition,
                std::chrono::seconds limit = std::chrono::seconds(30));

}  // namespace sluice::test
