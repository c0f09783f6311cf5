#include "chaos/runs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <utility>

namespace sluice::test {
namespace {

using Kind = Disturbances::Kind;

constexpr std::chrono::seconds short_timeout{3};
// Of a run that ends by itself when it has caught up: long enough to do so behind another one, and
// short enough to show in a minute that it hangs.
constexpr std::chrono::seconds long_timeout{20};
constexpr std::chrono::seconds leeway{10};
// How long a run that has nothing else to say tries to reach a broker: the default of the source.
constexpr std::chrono::seconds connect_timeout{10};

}  // namespace

Runs::Runs(const Project& project, std::uint64_t seed, int count, const Disturbances& disturbances,
           std::function<Offsets()> ends)
    : project_(project), disturbances_(disturbances), ends_(std::move(ends)), random_(seed) {
  slots_.resize(static_cast<std::size_t>(count));
}

Runs::Slot Runs::start() {
  Slot slot;
  std::vector<std::string> arguments = {SLUICE_BINARY, "run", "orders.json"};
  const auto dice = random_();
  const auto limit = [&](std::chrono::seconds timeout) {
    arguments.insert(arguments.end(), {"--timeout", fmt::format("{}s", timeout.count())});
    end_within(slot, timeout + leeway);
  };
  if (dice % 4 == 0) {
    arguments.insert(arguments.end(), {"--until", "end", "--output", "json"});
    slot.ends_before = ends_();
    limit(long_timeout);
  }
  if (dice % 4 == 1) limit(short_timeout);
  if (dice % 4 == 2) arguments.insert(arguments.end(), {"--set", "execution_mode=always-up"});
  if (dice / 4 % 2 == 0) arguments.insert(arguments.end(), {"--set", "if_running=wait"});
  std::map<std::string, std::string> environment;
  if (dice / 8 % 3 == 0) {
    environment = {{"LD_PRELOAD", SLUICE_JUMPING_CLOCK}};
    ++with_jumping_clock_;
  }
  if (dice / 24 % 3 == 0) {
    arguments.insert(arguments.end(),
                     {"--set", "segmentation.active=true", "--set", "instances=2"});
    ++with_two_workers_;
  }
  ++started_;
  slot.words = fmt::format("{}", fmt::join(arguments.begin() + 1, arguments.end(), " "));
  slot.began = Instant::clock::now();
  slot.run = std::make_unique<Process>(arguments, project_.dir().path().string(), environment);
  return slot;
}

void Runs::tend() {
  for (Slot& slot : slots_) {
    if (slot.run && slot.run->is_running()) {
      if (Instant::clock::now() <= slot.must_end) continue;
      complain_of(slot);
    }
    if (slot.run) note(slot);
    slot = start();
  }
}

void Runs::complain_of(Slot& late) {
  late.run->send(SIGKILL);
  late.was_killed = true;
  late.run->wait_for_end();
  complaint_ += fmt::format("a run was there {} s after it should have ended: {}\n", leeway.count(),
                            late.run->err());
}

void Runs::note(Slot& slot) {
  const Ended end = slot.run->wait();
  ++exit_codes_[end.exit_code];
  const Instant now = Instant::clock::now();
  if (!is_explained(end, around(slot, now))) {
    const std::chrono::duration<double> life = now - slot.began;
    complaint_ += fmt::format("nothing explains exit code {} of `{}`, {:.1f} s after its start: {}\n",
                              end.exit_code, slot.words, life.count(), end.err);
  }
  if (is_caught_up(end) && !slot.ends_before.empty()) {
    ++held_against_ends_;
    complaint_ += left_unread(end, slot.ends_before, offsets_in(project_.positions()));
  }
  lives_.push_back({slot.began, now});
}

// Two could load from when the lock file was removed under one of them, as long as that one lived.
Around Runs::around(const Slot& slot, Instant ended) const {
  Instant first_began = slot.began;
  bool another_run = false;
  const auto add = [&](Instant other_began) {
    another_run = true;
    first_began = std::min(first_began, other_began);
  };
  for (const Slot& other : slots_) {
    if (other.run && &other != &slot) add(other.began);
  }
  for (const Life& other : lives_) {
    if (other.to >= slot.began) add(other.from);
  }
  return {.broker_was_away = disturbances_.was_there(
              Kind::broker_away, slot.began - connect_timeout, ended),
          .another_run = another_run,
          .two_could_load = disturbances_.was_there(Kind::lock_file_removed, first_began, ended),
          .database_was_held = disturbances_.was_there(Kind::database_held, slot.began, ended),
          .was_stopped = slot.frozen_until != Instant::min(),
          .time_was_over = slot.must_end != Instant::max() && ended >= slot.must_end - leeway,
          .was_terminated = slot.was_terminated,
          .was_killed = slot.was_killed};
}

int Runs::loading() {
  std::ifstream file(project_.database() + ".orders.lock");
  std::string word;
  long pid = 0;
  file >> word >> pid;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const auto& run = slots_[i].run;
    if (run && pid != 0 && run->pid() == pid && run->is_running()) return static_cast<int>(i);
  }
  return -1;
}

Runs::Slot& Runs::slot(int which) {
  return slots_[static_cast<std::size_t>(which) % slots_.size()];
}

// A run that is frozen has that time on top.
void Runs::end_within(Slot& slot, std::chrono::milliseconds time) {
  slot.must_end =
      std::min(slot.must_end, std::max(Instant::clock::now(), slot.frozen_until) + time);
}

void Runs::kill(int which) {
  Slot& killed = slot(which);
  killed.run->send(SIGKILL);
  killed.was_killed = true;
  killed.run->wait_for_end();
}

void Runs::terminate(int which) {
  Slot& asked = slot(which);
  asked.run->send(SIGTERM);
  asked.was_terminated = true;
  end_within(asked, leeway);
}

pid_t Runs::freeze(int which, std::chrono::milliseconds time) {
  Slot& frozen = slot(which);
  frozen.run->send(SIGSTOP);
  frozen.frozen_until = std::max(frozen.frozen_until, Instant::clock::now() + time);
  if (frozen.must_end != Instant::max()) frozen.must_end += time;
  return frozen.run->pid();
}

Runs::Standstill::Standstill(Runs& runs) : runs_(runs), began_(Instant::clock::now()) {
  for (Slot& slot : runs_.slots_) {
    if (slot.run) slot.run->send(SIGSTOP);
  }
}

Runs::Standstill::~Standstill() {
  const Instant now = Instant::clock::now();
  for (Slot& slot : runs_.slots_) {
    slot.frozen_until = std::max(slot.frozen_until, now);
    if (slot.must_end != Instant::max()) slot.must_end += now - began_;
    if (slot.run) slot.run->send(SIGCONT);
  }
}

void Runs::end() {
  for (Slot& slot : slots_) {
    if (!slot.run) continue;
    slot.run->send(SIGCONT);
    slot.run->send(SIGTERM);
    slot.was_terminated = true;
    if (!eventually([&] { return !slot.run->is_running(); })) complain_of(slot);
    note(slot);
    slot.run.reset();
  }
}

}  // namespace sluice::test
