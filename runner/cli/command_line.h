#pragma once

namespace sluice {

// Arguments in, exit code out: finds the command, runs it, and prints whatever it threw on standard
// error. Never throws.
int run_command_line(int argc, const char* const* argv) noexcept;

}  // namespace sluice
