#include "cli/log.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/ansicolor_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>

#include "base/json_text.h"
#include "base/timestamp.h"

namespace sluice {
namespace {

class JsonLines final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& line) override {
    const auto since_epoch = message.time.time_since_epoch();
    const auto time_ms = std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count();
    const auto level = spdlog::level::to_string_view(message.level);
    JsonObject json;
    json.add("time", format_iso8601(time_ms, 3));
    json.add("level", std::string_view(level.data(), level.size()));
    json.add("message", std::string_view(message.payload.data(), message.payload.size()));
    const std::string text = std::move(json).text() + "\n";
    line.append(text.data(), text.data() + text.size());
  }
  std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<JsonLines>();
  }
};

bool is_text = true;  // of the log that is set up; commands run one after another in one thread

bool wants_colour() {
  const char* no_colour = std::getenv("NO_COLOR");
  return isatty(STDERR_FILENO) != 0 && (no_colour == nullptr || *no_colour == '\0');
}

}  // namespace

bool can_draw_on_log() { return is_text && isatty(STDERR_FILENO) != 0; }

void set_up_log(const LogOptions& options) {
  is_text = options.format == "text";
  std::shared_ptr<spdlog::sinks::sink> sink;
  if (options.format == "text" && wants_colour()) {
    sink = std::make_shared<spdlog::sinks::ansicolor_stderr_sink_mt>();
  } else {
    sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  }
  auto logger = std::make_shared<spdlog::logger>("sluice", std::move(sink));
  if (options.format == "json") {
    logger->set_formatter(std::make_unique<JsonLines>());
  } else {
    logger->set_pattern("%^%l%$: %v");
  }
  logger->set_level(spdlog::level::from_str(options.level));
  spdlog::set_default_logger(std::move(logger));
}

}  // namespace sluice
