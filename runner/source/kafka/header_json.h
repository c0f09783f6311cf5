#pragma once

#include <string>

#include "source/kafka/handles.h"

namespace sluice {

// Appends a message's headers as the JSON array of [name, value], in their order, names repeated
// where they are: a null value is null, one that is not UTF-8 is {"base64": "…"}. Appends nothing
// for a message without headers; says whether it did.
bool append_headers_json(std::string& json, const rd_kafka_message_t& message);

}  // namespace sluice
