#pragma once

#include <spdlog/sinks/ringbuffer_sink.h>
#include <spdlog/spdlog.h>

#include <cstddef>
#include <memory>
#include <string>

namespace sluice::test {

// What is logged while it lives, from debug on, by any thread. It must be there before whoever logs,
// and after: the logger is changed under them.
class LogWatch {
 public:
  LogWatch() : before_(spdlog::default_logger()) {
    const auto logger = std::make_shared<spdlog::logger>("watched", lines_);
    logger->set_level(spdlog::level::debug);
    spdlog::set_default_logger(logger);
  }
  ~LogWatch() { spdlog::set_default_logger(before_); }
  LogWatch(const LogWatch&) = delete;
  LogWatch& operator=(const LogWatch&) = delete;

  std::string text() const {
    std::string text;
    for (const std::string& line : lines_->last_formatted()) text += line;
    return text;
  }

 private:
  static constexpr std::size_t most_lines = 1000;

  std::shared_ptr<spdlog::sinks::ringbuffer_sink_mt> lines_ =
      std::make_shared<spdlog::sinks::ringbuffer_sink_mt>(most_lines);
  std::shared_ptr<spdlog::logger> before_;
};

}  // namespace sluice::test
