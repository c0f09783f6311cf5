#include "source/kafka/embedded_broker.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <array>

#include "base/error.h"

namespace sluice {
namespace {

void log_quietly(const rd_kafka_t*, int, const char* topic, const char* text) {
  spdlog::debug("embedded broker {}: {}", topic, text);
}

}  // namespace

EmbeddedBroker::EmbeddedBroker(int brokers) {
  std::array<char, 512> reason{};
  ConfHandle conf(rd_kafka_conf_new());
  rd_kafka_conf_set_log_cb(conf.get(), log_quietly);
  client_.reset(rd_kafka_new(RD_KAFKA_PRODUCER, conf.get(), reason.data(), reason.size()));
  if (client_ == nullptr) {
    throw Error(ExitCode::unavailable, fmt::format("no embedded broker: {}", reason.data()));
  }
  static_cast<void>(conf.release());  // the client's now
  cluster_.reset(rd_kafka_mock_cluster_new(client_.get(), brokers));
  if (cluster_ == nullptr) {
    throw Error(ExitCode::unavailable, "no embedded broker: it could not open a port of 127.0.0.1");
  }
}

EmbeddedBroker::~EmbeddedBroker() {
  // The cluster's thread notices its end only with the next thing that happens on a connection, or
  // after a second. So something happens.
  rd_kafka_brokers_add(client_.get(), address().c_str());
}

std::string EmbeddedBroker::address() const {
  return rd_kafka_mock_cluster_bootstraps(cluster_.get());
}

void EmbeddedBroker::create_topic(const std::string& name, int partitions) {
  if (name.empty() || partitions < 1) {
    throw Error(ExitCode::definition,
                fmt::format("a topic needs a name and at least one partition, not \"{}\" and {}",
                            name, partitions));
  }
  const auto error = rd_kafka_mock_topic_create(cluster_.get(), name.c_str(), partitions, 1);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    throw Error(ExitCode::definition, fmt::format("the embedded broker cannot create topic "
                                                  "\"{}\": {}",
                                                  name, rd_kafka_err2str(error)));
  }
}

}  // namespace sluice
