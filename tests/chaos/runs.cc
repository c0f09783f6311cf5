#include "chaos/runs.h"

#include <fmt/format.h>

#include <fstream>
#include <set>

namespace sluice::test {
namespace {

// Ended by a stop rule, brokers away, another job at work, SIGTERM, SIGKILL.
const std::set<int> expected_codes = {0, 69, 75, 128 + SIGTERM, 128 + SIGKILL};

constexpr std::chrono::seconds short_timeout{3};
constexpr std::chrono::seconds leeway{10};

}  // namespace

Runs::Runs(const Project& project, std::uint64_t seed, int count)
    : project_(project), random_(seed) {
  slots_.resize(static_cast<std::size_t>(count));
}

Runs::Slot Runs::start() {
  Slot slot;
  std::vector<std::string> arguments = {SLUICE_BINARY, "run", "orders.json"};
  const auto dice = random_();
  if (dice % 4 == 0) arguments.insert(arguments.end(), {"--until", "end"});
  if (dice % 4 == 1) {
    arguments.insert(arguments.end(), {"--timeout", fmt::format("{}s", short_timeout.count())});
    slot.must_end = std::chrono::steady_clock::now() + short_timeout + leeway;
  }
  if (dice % 4 == 2) arguments.insert(arguments.end(), {"--set", "execution_mode=always-up"});
  if (dice / 4 % 2 == 0) arguments.insert(arguments.end(), {"--set", "if_running=wait"});
  std::map<std::string, std::string> environment;
  if (dice / 8 % 3 == 0) {
    environment = {{"LD_PRELOAD", SLUICE_JUMPING_CLOCK}};
    ++with_jumping_clock_;
  }
  ++started_;
  slot.run = std::make_unique<Process>(arguments, project_.dir().path().string(), environment);
  return slot;
}

void Runs::tend() {
  for (Slot& slot : slots_) {
    if (slot.run && slot.run->is_running()) {
      if (std::chrono::steady_clock::now() <= slot.must_end) continue;
      complain_of(*slot.run);
    }
    if (slot.run) note(*slot.run);
    slot = start();
  }
}

void Runs::complain_of(Process& late) {
  late.send(SIGKILL);
  late.wait_for_end();
  complaint_ += fmt::format("a run was there {} s after it should have ended: {}\n", leeway.count(),
                            late.err());
}

void Runs::note(Process& ended) {
  const Ended end = ended.wait();
  ++exit_codes_[end.exit_code];
  if (expected_codes.count(end.exit_code) == 0) {
    complaint_ += fmt::format("exit code {}: {}\n", end.exit_code, end.err);
  }
}

Process* Runs::loading() {
  std::ifstream file(project_.database() + ".orders.lock");
  std::string word;
  long pid = 0;
  file >> word >> pid;
  for (const Slot& slot : slots_) {
    if (slot.run && pid != 0 && slot.run->pid() == pid && slot.run->is_running()) {
      return slot.run.get();
    }
  }
  return nullptr;
}

Runs::Slot& Runs::slot(int which) {
  return slots_[static_cast<std::size_t>(which) % slots_.size()];
}

pid_t Runs::freeze(int which, std::chrono::milliseconds time) {
  Slot& frozen = slot(which);
  frozen.run->send(SIGSTOP);
  if (frozen.must_end != Instant::max()) frozen.must_end += time;
  return frozen.run->pid();
}

void Runs::end() {
  for (Slot& slot : slots_) {
    if (!slot.run) continue;
    slot.run->send(SIGCONT);
    slot.run->send(SIGTERM);
    if (!eventually([&] { return !slot.run->is_running(); })) complain_of(*slot.run);
    note(*slot.run);
    slot.run.reset();
  }
}

}  // namespace sluice::test
