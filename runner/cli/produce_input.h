#pragma once

#include <memory>
#include <string>

#include "base/stop_signal.h"
#include "cli/produce_options.h"
#include "data/message.h"

namespace sluice {

// What `sluice produce` sends, one message after another: lines of a file or of standard input, or
// a sample.
class ProduceInput {
 public:
  struct Message {
    Bytes key;  // null for none
    Bytes value;
  };

  virtual ~ProduceInput() = default;

  // False at the end, and when asked to stop. Views live until the next call. Throws what
  // LineReader throws, and Error{bad_data} with its place for a line without the key separator.
  virtual bool next(Message& message) = 0;

  // Where the message read last comes from: "lines.txt:3".
  virtual std::string place() const = 0;
};

// Opens what the options name. Throws Error{no_input}.
std::unique_ptr<ProduceInput> open_input(const ProduceOptions& options, const StopSignal& stop);

}  // namespace sluice
