#include "cli/signals.h"

#include <unistd.h>

#include <csignal>

namespace sluice {
namespace {

StopSignal asked;  // a handler reaches nothing but statics

void on_signal(int number) {
  if (asked.raised()) _exit(128 + number);
  asked.raise(number);
}

void install() {
  struct sigaction action = {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  // The terminal is gone; nohup says beforehand that it does not matter.
  struct sigaction before = {};
  sigaction(SIGHUP, nullptr, &before);
  if (before.sa_handler != SIG_IGN) sigaction(SIGHUP, &action, nullptr);
  // A reader of our output that went away shows as a failed write, not as death.
  std::signal(SIGPIPE, SIG_IGN);
}

}  // namespace

const StopSignal& process_stop_signal() {
  static const bool installed = (install(), true);
  static_cast<void>(installed);
  return asked;
}

}  // namespace sluice
