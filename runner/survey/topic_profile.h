#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "data/message.h"
#include "data/position.h"
#include "record/document_reader.h"
#include "survey/value_profile.h"

namespace sluice {

// What was seen of the messages of a topic. Pure: whoever has messages feeds it.
class TopicProfile {
 public:
  void add(const PartitionId& partition, const Message& message);

  // Messages of one kind, the first of them as an example.
  struct Group {
    std::int64_t count = 0;
    std::string first;   // "orders/0@5"
    std::string reason;  // of the first
  };

  std::int64_t messages() const { return messages_; }
  const Group& tombstones() const { return tombstones_; }
  const Group& no_objects() const { return no_objects_; }  // with a value that is no JSON object
  std::int64_t not_utf8() const { return not_utf8_; }      // of these
  std::int64_t objects() const { return root_.count(Seen::object); }
  const ValueProfile& root() const { return root_; }
  // Of the values that are no objects, each as a whole.
  const ValueProfile& raw() const { return raw_; }

  std::int64_t with_key() const { return with_key_; }
  const Distinct& keys() const { return keys_; }
  std::int64_t keys_not_utf8() const { return keys_not_utf8_; }
  std::int64_t with_headers() const { return with_headers_; }
  const std::string& headers_example() const { return headers_example_; }  // JSON; cut

 private:
  static void note(Group& group, const PartitionId& partition, const Message& message,
                   std::string reason);
  void add_value(const PartitionId& partition, const Message& message);

  DocumentReader reader_;
  std::int64_t messages_ = 0;
  Group tombstones_;
  Group no_objects_;
  std::int64_t not_utf8_ = 0;
  ValueProfile root_;
  ValueProfile raw_;
  std::int64_t with_key_ = 0;
  Distinct keys_;
  std::int64_t keys_not_utf8_ = 0;
  std::int64_t with_headers_ = 0;
  std::string headers_example_;
};

}  // namespace sluice
