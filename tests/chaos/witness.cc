#include "chaos/witness.h"

#include <fmt/format.h>

#include <stdexcept>

#include "support/process.h"

namespace sluice::test {

std::int64_t Witness::look(int partition) {
  const auto& seen = seen_[partition];
  return look_from(partition, seen.empty() ? 0 : seen.rbegin()->first + 1);
}

std::int64_t Witness::look_again(int partition) { return look_from(partition, 0); }

std::int64_t Witness::look_from(int partition, std::int64_t offset) {
  auto& seen = seen_[partition];
  const std::int64_t end = lab_.end_offset(topic_, partition);  // before: what comes later is more
  for (const ReadRecord& record : lab_.read(topic_, partition, Isolation::committed, offset)) {
    const std::string value = record.value.value_or("");
    const auto [known, is_new] = seen.emplace(record.offset, value);
    if (!is_new && known->second != value) {
      contradiction_ = fmt::format("{}/{}@{} was {} and is {}", topic_, partition, record.offset,
                                   known->second, value);
    }
  }
  return end;
}

void Witness::wait_for_transactions(int partition) {
  const auto is_settled = [&] {
    return lab_.end_offset(topic_, partition) ==
           lab_.end_offset(topic_, partition, Isolation::uncommitted);
  };
  if (eventually(is_settled) || eventually(is_settled)) return;
  throw std::runtime_error(
      fmt::format("{}/{}: a transaction is open and nobody ends it", topic_, partition));
}

const std::map<std::int64_t, std::string>& Witness::seen(int partition) const {
  static const std::map<std::int64_t, std::string> nothing;
  const auto found = seen_.find(partition);
  return found == seen_.end() ? nothing : found->second;
}

}  // namespace sluice::test
