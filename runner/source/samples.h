#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "source/samples/draft.h"

namespace sluice {

// Messages to try things out with: endless, and the same for the same seed on every machine and
// with every compiler. The first messages of a sample never change: examples and tests count on
// them.
//
// guesses   {"index":0,"points":42,"name":"Ada"}; the index counts from 0
// flights   nested JSON of about 400 bytes with a unique "_id", a price as people write it,
// numbers,
//           a boolean and times with the offsets of their airports
// orders    flat JSON in camel case; orderNo counts from 10001
// payments  flat JSON: one for each order of the same seed, with its amount
// sensors   measurements of twelve sensors in turn; the key is the sensor's name
// words     plain text: a sentence of 3 to 10 words; one in three begins with a number
class Sample {
 public:
  // What can be asked for, as the command line names it.
  static std::vector<std::string> names();

  // `name` must be one of names().
  Sample(std::string_view name, std::uint64_t seed);

  // The next message, on one line. Views live until the next call; most samples have no key.
  struct Message {
    Bytes key;
    Bytes value;
  };
  Message next();

 private:
  SampleDraft draft_;
  MakeSample* make_;
};

}  // namespace sluice
