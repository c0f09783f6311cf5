#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <charconv>
#include <fstream>
#include <thread>

#include "cli/commands.h"
#include "cli/world.h"
#include "source/kafka/embedded_broker.h"

namespace sluice {
namespace {

// "guesses:4"
std::pair<std::string, int> parse_topic(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  int partitions = 0;
  if (colon != std::string::npos) {
    const char* const end = text.data() + text.size();
    const auto result = std::from_chars(text.data() + colon + 1, end, partitions);
    if (result.ec != std::errc() || result.ptr != end) partitions = 0;
  }
  if (partitions < 1) {
    throw Error(ExitCode::usage,
                fmt::format("--topic {}: write NAME:PARTITIONS, for example guesses:4", text));
  }
  return {text.substr(0, colon), partitions};
}

void write_address(const std::string& path, const std::string& address) {
  std::ofstream file(path);
  file << address << '\n';
  file.close();
  if (!file) throw Error(ExitCode::io, fmt::format("cannot write the address to {}", path));
}

}  // namespace

int broker_command(const BrokerOptions& options) {
  const World& world = real_world();
  EmbeddedBroker broker;
  for (const std::string& topic : options.topics) {
    const auto [name, partitions] = parse_topic(topic);
    broker.create_topic(name, partitions);
  }
  fmt::print("{}\n", broker.address());
  std::fflush(stdout);
  if (!options.address_file.empty()) write_address(options.address_file, broker.address());
  spdlog::info("an embedded broker is up; its messages are gone with it; ctrl-c ends it");
  while (!world.stop.raised()) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  return 0;
}

}  // namespace sluice
