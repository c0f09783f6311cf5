#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <utility>

namespace sluice {

// What a process tells its caller. The numbers are sysexits' (BSD sysexits.h) and part of the
// contract with users: they never change their meaning.
enum class ExitCode : int {
  ok = 0,               // ended by a stop rule
  usage = 64,           // wrong command line
  bad_data = 65,        // rejects over budget, or a failed expectation
  no_input = 66,        // no such file, or topic
  unavailable = 69,     // broker not reachable
  our_bug = 70,         // an invariant of ours did not hold
  io = 74,              // disk or database
  try_later = 75,       // busy, or overtaken by another job
  source_changed = 76,  // the source is not the one that was loaded
  not_authorised = 77,  // login, TLS or access rights
  definition = 78,      // wrong action or catalog
};

// A failure of the world (broker, disk, database), told from the inside out: the place that fails
// says what broke, every caller that knows more adds one line, and whoever ends the program
// prints the whole. Wrong definitions are Problems (problem.h); a bad message is a reject, never
// an exception. Texts must not hold secrets: they end in logs and in the jobs' history.
class Error : public std::exception {
 public:
  Error(ExitCode code, std::string broke) : code_(code), text_(std::move(broke)) {}

  // Adds what was being done, for example "storing orders/0@1200".
  Error&& during(std::string_view doing) && {
    text_.append("\n  while ").append(doing);
    return std::move(*this);
  }

  // Adds what the reader can do about it. Only where we are sure.
  Error&& hint(std::string_view advice) && {
    text_.append("\n  hint: ").append(advice);
    return std::move(*this);
  }

  // Not a failure: a wait that was given up because the process was asked to stop (StopSignal).
  static Error interrupted(std::string_view doing) {
    Error error(ExitCode::try_later, "asked to stop while ");
    error.text_.append(doing);
    error.is_interruption_ = true;
    return error;
  }
  bool is_interruption() const noexcept { return is_interruption_; }

  ExitCode code() const noexcept { return code_; }
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  ExitCode code_;
  std::string text_;
  bool is_interruption_ = false;
};

}  // namespace sluice
