#include "survey/topic_profile.h"

#include "base/excerpt.h"
#include "base/utf8.h"

namespace sluice {

void TopicProfile::add(const PartitionId& partition, const Message& message) {
  ++messages_;
  if (!is_null(message.key)) {
    ++with_key_;
    keys_.add(message.key);
    if (!is_utf8(message.key)) ++keys_not_utf8_;
  }
  if (!is_null(message.headers)) {
    if (with_headers_++ == 0) headers_example_ = excerpt(message.headers, 80);
  }
  if (is_null(message.value)) {
    note(tombstones_, partition, message, {});
  } else {
    add_value(partition, message);
  }
}

void TopicProfile::add_value(const PartitionId& partition, const Message& message) {
  DocumentReader::Result read = reader_.read(message);
  if (read.fault.empty()) return root_.add(read.root);
  note(no_objects_, partition, message, std::move(read.fault));
  if (is_utf8(message.value)) {
    raw_.add_raw(message.value);
  } else {
    ++not_utf8_;
  }
}

void TopicProfile::note(Group& group, const PartitionId& partition, const Message& message,
                        std::string reason) {
  if (group.count++ > 0) return;
  group.first = notation(partition, message.offset);
  group.reason = std::move(reason);
}

}  // namespace sluice
