#pragma once

#include <string>

#include "source/kafka/handles.h"

namespace sluice {

// A Kafka cluster inside the process, for trying things out and for tests: librdkafka's mock
// cluster on a free port of 127.0.0.1. It keeps messages in memory (5 MB a partition, older ones
// vanish) and has a new cluster id each time. It knows no security, no times of offsets, no
// transactions, and makes a topic of 4 partitions of any name that it is asked for.
//
// Serves on threads of its own from construction to destruction.
class EmbeddedBroker {
 public:
  // Throws Error{unavailable} where no port can be opened.
  explicit EmbeddedBroker(int brokers = 1);

  ~EmbeddedBroker();

  EmbeddedBroker(const EmbeddedBroker&) = delete;
  EmbeddedBroker& operator=(const EmbeddedBroker&) = delete;

  // "127.0.0.1:40123", with several brokers a list.
  std::string address() const;

  // Throws Error{definition} where the topic is there, or the name or the number is none.
  void create_topic(const std::string& name, int partitions);

  // For tests: to take brokers down, to make requests fail (rdkafka_mock.h).
  rd_kafka_mock_cluster_t* cluster() const { return cluster_.get(); }

 private:
  ClientHandle client_;  // only carries the cluster
  MockClusterHandle cluster_;
};

}  // namespace sluice
