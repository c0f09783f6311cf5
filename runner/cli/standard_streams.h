#pragma once

namespace sluice {

// Opens /dev/null for each of standard input, output and error that the parent left closed: else
// the next file that is opened, a database say, would get that number, and what is printed would be
// written into it. To be called before anything is opened.
void open_missing_standard_streams() noexcept;

}  // namespace sluice
