#pragma once

#include <cstdint>

#include "data/message.h"

namespace sluice {

// XXH3 (64 bits) over the key's length, the key, the value's length and the value, lengths as
// 64-bit little-endian, -1 for null. It is stored as `last_hash` beside the table to know the
// last message again on resume, so it must never change.
std::uint64_t hash_of(const Message& message);

// What a message is known again by.
struct Fingerprint {
  Offset offset = 0;
  EpochMs timestamp_ms = no_timestamp;
  std::uint64_t hash = 0;

  bool operator==(const Fingerprint&) const = default;
};
Fingerprint fingerprint_of(const Message& message);

}  // namespace sluice
