#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/batch.h"
#include "plan/plan.h"

namespace sluice {

// Turns the bytes of a message, a JSON object, into the cells of the attributes a plan asks for.
//
// The whole document is checked, read or not: RFC 8259 with a byte-order mark tolerated, valid
// UTF-8, no lone surrogate, nothing behind the object, at most 1,024 levels. Of duplicate keys
// the last one wins. simdjson's on-demand parser alone does not promise this, since it looks only
// at what is asked for: the walk therefore visits every value once, in the document's order, and
// most keys are recognised by their position in the message before.
//
// Cells are views into the message's bytes in the batch (only a string with escapes is written
// once more, into the batch's arena). Nothing is allocated per message in its stride. One thread
// at a time uses a decoder.
class JsonDecoder {
 public:
  // Why a message gives no row.
  struct Undecodable {
    std::string reason;
    bool ends_job = false;  // see Reject
  };

  // `explode`: the cell of an array (as written) whose elements each give a record.
  // `new_attribute_fails`: a member of the message's object that no attribute takes is a fault.
  explicit JsonDecoder(std::span<const PlannedAttribute> attributes,
                       std::optional<std::size_t> explode = {}, bool new_attribute_fails = false);
  ~JsonDecoder();

  // Fills the cells of the batch's last message, which has a value, and opens records for its
  // elements; a message without elements wants no row. Where it is no such document, or what is to
  // be exploded is no array, the message is to be a reject and its cells mean nothing.
  std::optional<Undecodable> decode(Batch& batch, std::uint32_t message);

  // The same for the messages from `first` on that stand before `end`, and calls `refuse` for each
  // that is to be a reject. Each has a value, and all messages from `first` to the batch's last
  // have one record, so a decoder that explodes is given the last message only. Small messages are
  // quicker together: the vector instructions go over many of them at once.
  void decode(Batch& batch, std::uint32_t first, std::uint32_t end,
              const std::function<void(std::uint32_t message, Undecodable why)>& refuse);

  // Whether a message may give several records.
  bool explodes() const { return explodes_; }

  // Members of messages that no attribute takes, each once, in the order in which they were met; no
  // more are kept than `most_new_attributes`.
  static constexpr std::size_t most_new_attributes = 256;
  const std::vector<std::string>& new_attributes() const;

 private:
  class Walk;
  bool explodes_;
  std::unique_ptr<Walk> walk_;
};

}  // namespace sluice
