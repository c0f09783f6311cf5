#include "cli/alert_command.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <spdlog/spdlog.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <optional>
#include <sstream>
#include <thread>
#include <vector>

namespace sluice {
namespace {

constexpr std::chrono::minutes longest_run{1};
constexpr std::chrono::seconds longest_run_after_signal{10};
constexpr std::chrono::milliseconds between_looks{20};

std::vector<std::string> words_of(const std::string& command) {
  std::istringstream text(command);
  std::vector<std::string> words;
  for (std::string word; text >> word;) words.push_back(word);
  return words;
}

// Both ends are closed in the child unless they are given to it.
struct Pipe {
  int read_end = -1;
  int write_end = -1;

  bool open() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return false;
    read_end = ends[0];
    write_end = ends[1];
    return true;
  }
  static void close(int& end) {
    if (end >= 0) ::close(end);
    end = -1;
  }
  ~Pipe() {
    close(read_end);
    close(write_end);
  }
};

// Its standard input is the pipe, its standard output our standard error.
int spawn(const std::vector<std::string>& words, const Pipe& input, pid_t& process) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, input.read_end, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&files, STDERR_FILENO, STDOUT_FILENO);
  // We ignore SIGPIPE; a command of others counts on dying by it.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  const int failure =
      posix_spawnp(&process, arguments[0], &files, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return failure;
}

// One running command, fed and awaited in short steps.
class Child {
 public:
  Child(pid_t process, Pipe& input, std::string_view rest)
      : process_(process), input_(input), rest_(rest) {
    ::fcntl(input_.write_end, F_SETFL, O_NONBLOCK);
  }

  // How it ended; nothing while it runs.
  std::optional<int> step_on() {
    feed();
    int status = 0;
    if (::waitpid(process_, &status, WNOHANG) == process_) return status;
    std::this_thread::sleep_for(between_looks);
    return std::nullopt;
  }

  void kill() {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }

 private:
  // A command that does not read may: then the rest is not written (SIGPIPE is ignored by us).
  void feed() {
    while (!rest_.empty()) {
      const auto written = ::write(input_.write_end, rest_.data(), rest_.size());
      if (written < 0 && errno == EAGAIN) return;
      rest_.remove_prefix(written < 0 ? rest_.size() : static_cast<std::size_t>(written));
    }
    Pipe::close(input_.write_end);
  }

  pid_t process_;
  Pipe& input_;
  std::string_view rest_;
};

void tell_end(const std::string& command, int status) {
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
  if (WIFEXITED(status)) {
    spdlog::warn("--on-alert {}: ended with exit code {}", command, WEXITSTATUS(status));
  } else {
    spdlog::warn("--on-alert {}: ended by signal {}", command, WTERMSIG(status));
  }
}

}  // namespace

void run_alert_command(const std::string& command, const std::string& input, const Clock& clock,
                       const StopSignal& stop) {
  const std::vector<std::string> words = words_of(command);
  Pipe pipe;
  pid_t process = 0;
  const int failure = words.empty() ? ENOENT : pipe.open() ? spawn(words, pipe, process) : errno;
  if (failure != 0) {
    spdlog::warn("--on-alert {}: cannot be started: {}", command, std::strerror(failure));
    return;
  }
  Pipe::close(pipe.read_end);
  std::signal(SIGPIPE, SIG_IGN);
  Child child(process, pipe, input);
  Clock::Instant deadline = clock.now() + longest_run;
  bool is_hurried = false;
  do {
    const std::optional<int> status = child.step_on();
    if (status) return tell_end(command, *status);
    if (stop.raised() && !is_hurried) deadline = clock.now() + longest_run_after_signal;
    is_hurried = stop.raised();
  } while (clock.now() < deadline);
  child.kill();
  spdlog::warn("--on-alert {}: killed, because it took too long", command);
}

}  // namespace sluice
