#include "data/message_hash.h"

#include <xxhash.h>

#include <memory>

namespace sluice {
namespace {

struct FreeState {
  void operator()(XXH3_state_t* state) const noexcept { XXH3_freeState(state); }
};

void add(XXH3_state_t& state, Bytes bytes) {
  const std::int64_t size = is_null(bytes) ? -1 : static_cast<std::int64_t>(bytes.size());
  unsigned char little_endian[8];
  for (int i = 0; i < 8; ++i) {
    little_endian[i] = static_cast<unsigned char>(static_cast<std::uint64_t>(size) >> (8 * i));
  }
  XXH3_64bits_update(&state, little_endian, sizeof little_endian);
  if (!bytes.empty()) XXH3_64bits_update(&state, bytes.data(), bytes.size());
}

}  // namespace

std::uint64_t hash_of(const Message& message) {
  const std::unique_ptr<XXH3_state_t, FreeState> state(XXH3_createState());
  XXH3_64bits_reset(state.get());
  add(*state, message.key);
  add(*state, message.value);
  return XXH3_64bits_digest(state.get());
}

Fingerprint fingerprint_of(const Message& message) {
  return {message.offset, message.timestamp_ms, hash_of(message)};
}

}  // namespace sluice
