#pragma once

#include <string>

#include "source/kafka/handles.h"

namespace sluice {

// Whether the bytes around a message's value show that it has no headers. It is asked first, since
// librdkafka (2.0.2) allocates and frees for its answer even where there are none: a tenth of what
// a small message costs from fetch to commit.
//
// A record as Kafka writes it since 0.11 (https://kafka.apache.org/documentation/#record) has the
// value's length before the value and the number of headers behind it, and the library hands out
// the value where it stands in the broker's response. False where it stands in anything else.
bool shows_no_headers(const rd_kafka_message_t& message);

// Appends a message's headers as the JSON array of [name, value], in their order, names repeated
// where they are: a null value is null, one that is not UTF-8 is {"base64": "…"}. Appends nothing
// for a message without headers; says whether it did.
bool append_headers_json(std::string& json, const rd_kafka_message_t& message);

}  // namespace sluice
