#include "cli/line_reader.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/error.h"

namespace sluice {
namespace {

constexpr int slice_ms = 100;
constexpr std::size_t chunk_bytes = 64 << 10;
// librdkafka takes no larger message than 10^9 bytes (message.max.bytes).
constexpr std::size_t longest_line_bytes = 1'000'000'000;

Error unreadable(const std::string& name) {
  return {ExitCode::no_input,
          fmt::format("cannot read {}: {}", name, std::generic_category().message(errno))};
}

}  // namespace

LineReader::LineReader(const std::string& path, const StopSignal& stop) : name_(path), stop_(stop) {
  if (path.empty() || path == "-") {
    name_ = "standard input";
    file_ = STDIN_FILENO;
    return;
  }
  // Not blocking, since to open a named pipe would wait for its writer, whatever signal comes.
  file_ = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file_ < 0) throw unreadable(name_);
}

LineReader::~LineReader() {
  if (file_ != STDIN_FILENO) close(file_);
}

bool LineReader::next(std::string_view& line) {
  std::size_t searched = begin_;
  for (;;) {
    const std::size_t end = buffer_.find('\n', searched);
    if (end != std::string::npos) {
      take(end - begin_, line);
      ++begin_;
      return true;
    }
    searched = buffer_.size() - begin_;  // where the rest stands after fill()
    if (fill()) continue;
    if (stop_.raised() || begin_ == buffer_.size()) return false;
    return take(buffer_.size() - begin_, line);  // the last line has no line feed
  }
}

bool LineReader::take(std::size_t length, std::string_view& line) {
  line = std::string_view(buffer_).substr(begin_, length);
  begin_ += length;
  ++lines_;
  return true;
}

// Moves the rest to the front and reads what is there. False at the end and when asked to stop.
bool LineReader::fill() {
  buffer_.erase(0, begin_);
  begin_ = 0;
  if (buffer_.size() > longest_line_bytes) {
    throw Error(ExitCode::bad_data, fmt::format("{}:{}: the line is longer than {} bytes", name_,
                                                lines_ + 1, longest_line_bytes));
  }
  while (await()) {
    const std::size_t used = buffer_.size();
    buffer_.resize(used + chunk_bytes);
    const ssize_t got = read(file_, buffer_.data() + used, chunk_bytes);
    buffer_.resize(used + static_cast<std::size_t>(got > 0 ? got : 0));
    if (got >= 0) return got > 0;
    if (errno != EINTR && errno != EAGAIN) throw unreadable(name_);
  }
  return false;
}

// Until something can be read, or the end is there. False when asked to stop.
bool LineReader::await() const {
  pollfd wanted{.fd = file_, .events = POLLIN, .revents = 0};
  while (!stop_.raised()) {
    if (poll(&wanted, 1, slice_ms) > 0) return true;
  }
  return false;
}

std::string LineReader::place() const { return fmt::format("{}:{}", name_, lines_); }

}  // namespace sluice
