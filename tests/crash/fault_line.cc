#include "crash/fault_line.h"

#include <fmt/format.h>
#include <unistd.h>

#include <utility>

namespace sluice::test {
namespace {

FaultLine* current_line = nullptr;

// The first step that a fault happened to.
void note_hit(Trace& trace, Call call, std::string_view what) {
  trace.hit = true;
  const auto end =
      fmt::format_to_n(trace.where, sizeof trace.where - 1, "{} {}", name_of(call), what);
  *end.out = '\0';
}

std::uint32_t seed_of(const Fault& fault) { return static_cast<std::uint32_t>(fault.at); }

}  // namespace

FaultLine::FaultLine(std::string folder, const std::optional<Fault>& fault, PassedCuts passed,
                     Trace& trace)
    : folder_(std::move(folder)),
      fault_(fault),
      passed_(std::move(passed)),
      disk_(folder_),
      trace_(trace) {
  current_line = this;
}

FaultLine::~FaultLine() { current_line = nullptr; }

FaultLine* FaultLine::current() { return current_line; }

std::optional<Trouble> FaultLine::pass(Call call, std::string_view what) {
  const std::lock_guard lock(mutex_);
  ++trace_.all_steps;
  ++trace_.steps_by_call[static_cast<std::size_t>(call)];
  note_checkpoint(call, what);
  for (std::size_t cut = 0; cut < passed_.cuts.size(); ++cut) pass_by(cut, call, what);
  if (!fault_ || !fault_->can_hit(call)) return std::nullopt;
  ++trace_.steps;
  const bool is_hit = trace_.steps == fault_->at || (fault_->stays && trace_.steps > fault_->at);
  if (!is_hit) return std::nullopt;
  if (!trace_.hit) note_hit(trace_, call, what);
  if (fault_->kind != Fault::Kind::trouble) die();
  return fault_->trouble;
}

// The database is written between the reading of one message and the next, while it stays open.
void FaultLine::note_checkpoint(Call call, std::string_view what) {
  const bool is_db = what == "db";
  if (call == Call::open && is_db) reading_ = Reading::not_yet;
  if (call == Call::write && is_db && reading_ == Reading::began) reading_ = Reading::moved_pages;
  if (call != Call::fetch) return;
  if (reading_ == Reading::moved_pages) ++trace_.checkpoints;
  reading_ = Reading::began;
}

void FaultLine::pass_by(std::size_t number, Call call, std::string_view what) {
  PassedCut& cut = passed_.cuts[number];
  if (!cut.fault.can_hit(call) || ++cut.trace.steps != cut.fault.at) return;
  const int steps = cut.trace.steps;
  cut.trace = trace_;
  cut.trace.steps = steps;
  note_hit(cut.trace, call, what);
  disk_.cut_power(cut.fault.survival, seed_of(cut.fault), passed_.folder_of(number));
}

void FaultLine::die() {
  if (fault_->kind == Fault::Kind::power_cut) {
    disk_.cut_power(fault_->survival, seed_of(*fault_), folder_);
  }
  _exit(0);
}

}  // namespace sluice::test
