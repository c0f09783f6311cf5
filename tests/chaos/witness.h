#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "support/kafka_lab.h"

namespace sluice::test {

// What a topic has held, by somebody who reads it with a client of his own and loads nothing: every
// committed message, by partition and offset. He reads a partition before records of it are deleted
// and all of it at the end, so he has seen whatever could be loaded.
//
// That is the truth the table is held against. What a producer was told is not: it does not know
// what came of the messages that were under way when a broker died.
class Witness {
 public:
  Witness(std::string bootstrap, std::string topic) : lab_(bootstrap), topic_(std::move(topic)) {}

  // Reads what the partition holds now behind what was seen; returns an end up to which all is
  // seen.
  std::int64_t look(int partition);

  // Reads all that it holds, so that whatever changed behind us is met; returns the same.
  std::int64_t look_again(int partition);

  // Waits until no transaction is open: what a producer left is aborted by the broker then.
  // Throws std::runtime_error where that takes too long.
  void wait_for_transactions(int partition);

  // By offset: the message's value.
  const std::map<std::int64_t, std::string>& seen(int partition) const;

  // A message that was seen as another one before: an empty text while there is none.
  const std::string& contradiction() const { return contradiction_; }

 private:
  std::int64_t look_from(int partition, std::int64_t offset);

  KafkaLab lab_;
  std::string topic_;
  std::map<int, std::map<std::int64_t, std::string>> seen_;
  std::string contradiction_;
};

}  // namespace sluice::test
