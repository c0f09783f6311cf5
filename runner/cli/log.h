#pragma once

#include <string>

namespace sluice {

// How the program speaks on standard error.
struct LogOptions {
  std::string level = "info";   // trace debug info warn error off
  std::string format = "text";  // text, or json: every line one object
};

// Makes spdlog's default logger write to standard error as asked. In text, a line of an error is
// "error: …", and of information just itself with the time. Colour only on a terminal and without
// NO_COLOR (https://no-color.org).
void set_up_log(const LogOptions& options);

// Whether standard error may be drawn on: it is a terminal, and the log is text.
bool can_draw_on_log();

}  // namespace sluice
