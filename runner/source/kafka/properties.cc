#include "source/kafka/properties.h"

#include <fmt/format.h>

#include <array>
#include <vector>

namespace sluice {
namespace {

// When rd_kafka_new() fails after interceptors were called, 2.0.2 has freed their lists, but leaves
// them with the configuration: to destroy that would crash. The program is about to end anyway.
void keep_for_ever(rd_kafka_conf_t* conf) {
  static auto& kept = *new std::vector<rd_kafka_conf_t*>;
  kept.push_back(conf);
}

}  // namespace

Properties::Properties(const SourceEntry& source) : source_(source), conf_(rd_kafka_conf_new()) {
  fix("bootstrap.servers", source.servers.c_str());
  prefer("log_level", "5");
  prefer("socket.keepalive.enable", "true");
  prefer("socket.nagle.disable", "true");
  prefer("socket.connection.setup.timeout.ms", "10000");
  prefer("reconnect.backoff.ms", "50");
  prefer("reconnect.backoff.max.ms", "2000");
  prefer("enable.metrics.push", "false");  // since 2.5.0, which crashes in it
}

bool Properties::prefer(const char* name, const char* value) {
  return rd_kafka_conf_set(conf_.get(), name, value, nullptr, 0) == RD_KAFKA_CONF_OK;
}

void Properties::add_users() {
  for (const auto& [name, value] : source_.properties) {
    std::array<char, 512> reason{};
    if (rd_kafka_conf_set(conf_.get(), name.c_str(), value.c_str(), reason.data(), reason.size()) !=
        RD_KAFKA_CONF_OK) {
      throw wrong(fmt::format("property \"{}\"", name), reason.data());
    }
  }
}

void Properties::fix(const char* name, const char* value) {
  std::array<char, 512> reason{};
  if (rd_kafka_conf_set(conf_.get(), name, value, reason.data(), reason.size()) !=
      RD_KAFKA_CONF_OK) {
    throw wrong(fmt::format("{}", name), reason.data());
  }
}

std::string Properties::value_of(const char* name) const {
  std::array<char, 512> value{};
  std::size_t size = value.size();
  if (rd_kafka_conf_get(conf_.get(), name, value.data(), &size) != RD_KAFKA_CONF_OK) return {};
  return value.data();
}

ClientHandle Properties::make_client(rd_kafka_type_t type) && {
  std::array<char, 512> reason{};
  auto* client = rd_kafka_new(type, conf_.get(), reason.data(), reason.size());
  auto* conf = conf_.release();  // the client's now
  if (client == nullptr) {
    keep_for_ever(conf);
    throw wrong("the settings cannot be used", reason.data());
  }
  return ClientHandle(client);
}

Error Properties::wrong(const std::string& what, const char* reason) const {
  return Error(ExitCode::definition,
               fmt::format("source \"{}\": {}: {} (librdkafka {})", source_.name, what, reason,
                           rd_kafka_version_str()));
}

void fix_consumer(Properties& properties) {
  properties.fix("enable.auto.commit", "false");
  properties.fix("enable.auto.offset.store", "false");
  properties.fix("auto.offset.reset", "error");
  properties.fix("enable.partition.eof", "true");
  properties.fix("allow.auto.create.topics", "false");
}

}  // namespace sluice
