#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

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
  explicit JsonDecoder(std::span<const PlannedAttribute> attributes);
  ~JsonDecoder();

  // Fills the attribute cells of a message that has a value. Returns what is wrong where it is not
  // such a document: the message is then a reject and its cells mean nothing.
  std::optional<std::string> decode(Batch& batch, std::uint32_t message);

 private:
  class Walk;
  std::unique_ptr<Walk> walk_;
};

}  // namespace sluice
