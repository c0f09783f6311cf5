#include "support/process.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>

namespace sluice::test {
namespace {

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void redirect(const std::string& path, int flags, int descriptor) {
  const int file = open(path.c_str(), flags, 0600);
  if (file < 0 || dup2(file, descriptor) < 0) _exit(126);
}

// A signal that comes between fork() and exec() must not meet the handlers of the test's runner:
// none gets through while this lives, and the child lets them through when they end it.
class NoSignals {
 public:
  NoSignals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before_);
  }
  ~NoSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  NoSignals(const NoSignals&) = delete;
  NoSignals& operator=(const NoSignals&) = delete;

  void end_in_child() const {
    std::signal(SIGTERM, SIG_DFL);
    std::signal(SIGINT, SIG_DFL);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t before_{};
};

}  // namespace

Process::Process(std::vector<std::string> argv, const std::string& directory,
                 const std::map<std::string, std::string>& environment, const std::string& input) {
  const std::string in = files_.write("in", input);
  const std::string out = files_.write("out", "");
  const std::string err = files_.write("err", "");
  std::vector<char*> arguments;
  for (std::string& argument : argv) arguments.push_back(argument.data());
  arguments.push_back(nullptr);
  const NoSignals no_signals;
  pid_ = fork();
  if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (pid_ > 0) return;
  no_signals.end_in_child();
  for (const auto& [name, value] : environment) setenv(name.c_str(), value.c_str(), 1);
  redirect(in, O_RDONLY, STDIN_FILENO);
  redirect(out, O_WRONLY | O_APPEND, STDOUT_FILENO);
  redirect(err, O_WRONLY | O_APPEND, STDERR_FILENO);
  if (chdir(directory.c_str()) == 0) execvp(arguments[0], arguments.data());
  _exit(127);
}

Process::~Process() {
  if (pid_ < 0) return;
  send(SIGKILL);
  wait();
}

bool Process::is_running() {
  if (pid_ < 0) return false;
  if (waitpid(pid_, &status_, WNOHANG) != pid_) return true;
  pid_ = -1;
  return false;
}

void Process::send(int signal_number) {
  if (pid_ > 0) kill(pid_, signal_number);
}

void Process::wait_for_end() {
  if (pid_ < 0) return;
  while (waitpid(pid_, &status_, 0) < 0) {
    if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "waitpid");
  }
  pid_ = -1;
}

Ended Process::wait() {
  wait_for_end();
  const int code = WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_);
  return {code, out(), err()};
}

std::string Process::out() const { return contents(files_.file("out")); }
std::string Process::err() const { return contents(files_.file("err")); }

bool eventually(const std::function<bool()>& condition, std::chrono::seconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace sluice::test
