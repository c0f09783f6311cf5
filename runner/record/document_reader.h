#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/message.h"

namespace sluice {

struct DocumentMember;

// A value of a message with all that is below it. Views live until the reader reads again.
struct DocumentValue {
  enum class Kind { null, boolean, number, text, array, object };

  Kind kind = Kind::null;
  std::string_view text = {};           // of a text unescaped, of all others as written
  std::vector<DocumentMember> members;  // of an object, each key once
};

struct DocumentMember {
  std::string_view key;
  DocumentValue value;
};

// Reads messages as trees, for who wants to see all that is in them: a survey, not a load. What is
// a document and what is none is decided by a JsonDecoder, so that both always agree; of duplicate
// keys the last wins. Arrays are not looked into. One thread.
class DocumentReader {
 public:
  DocumentReader();
  ~DocumentReader();

  // The object that the message holds, or why it holds none. The message has a value.
  struct Result {
    DocumentValue root = {};
    std::string fault = {};
  };
  Result read(const Message& message);

 private:
  class Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace sluice
