#pragma once

#include <string>
#include <string_view>

#include "source/kafka/troubles.h"

namespace sluice {

// What a trouble means for somebody who wrote a catalog: librdkafka's texts name its own properties
// and OpenSSL's routines.
struct Explanation {
  enum class Kind {
    passing,  // it may be over soon
    misfit,   // probably the wrong kind of security for this port; a broken connection looks alike
    refusal,  // login, certificate or rights: waiting longer will not help
  };
  Kind kind = Kind::passing;
  std::string cause;      // one clause, in the words of the catalog
  std::string_view hint;  // what to do; empty where we are not sure
};

Explanation explain(const Trouble& trouble);

}  // namespace sluice
