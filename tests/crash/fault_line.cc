#include "crash/fault_line.h"

#include <fmt/format.h>
#include <unistd.h>

namespace sluice::test {
namespace {

FaultLine* current_line = nullptr;

}  // namespace

FaultLine::FaultLine(const std::string& folder, const std::optional<Fault>& fault, Trace& trace)
    : fault_(fault), disk_(folder), trace_(trace) {
  current_line = this;
}

FaultLine::~FaultLine() { current_line = nullptr; }

FaultLine* FaultLine::current() { return current_line; }

std::optional<Trouble> FaultLine::pass(Call call, std::string_view what) {
  const std::lock_guard lock(mutex_);
  ++trace_.all_steps;
  note_checkpoint(call, what);
  if (!fault_ || !fault_->can_hit(call)) return std::nullopt;
  ++trace_.steps;
  const bool is_hit = trace_.steps == fault_->at || (fault_->stays && trace_.steps > fault_->at);
  if (!is_hit) return std::nullopt;
  if (!trace_.hit) {
    const auto end =
        fmt::format_to_n(trace_.where, sizeof trace_.where - 1, "{} {}", name_of(call), what);
    *end.out = '\0';
  }
  trace_.hit = true;
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

void FaultLine::die() {
  if (fault_->kind == Fault::Kind::power_cut) {
    disk_.cut_power(fault_->survival, static_cast<std::uint32_t>(fault_->at));
  }
  _exit(0);
}

}  // namespace sluice::test
