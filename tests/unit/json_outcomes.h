#pragma once

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "record/json_decoder.h"
#include "support/cells.h"

namespace sluice::test {

// What a decoder makes of documents: for each a line of its cells, or why it is refused; then the
// members that it has met so far and no attribute takes.
class JsonOutcomes {
 public:
  using Outcome = std::vector<std::string>;

  explicit JsonOutcomes(std::vector<PlannedAttribute> attributes, bool new_attribute_fails = false)
      : attributes_(std::move(attributes)),
        batch_(attributes_.size(), 1, 1),
        decoder_(attributes_, std::nullopt, new_attribute_fails) {}

  // Each is taken and decoded before the next one.
  Outcome alone(const std::vector<std::string>& documents) {
    begin(documents.size());
    for (const std::string& document : documents) {
      const std::uint32_t message = batch_.take({.value = document});
      if (const auto fault = decoder_.decode(batch_, message)) refuse(message, *fault);
    }
    return finished();
  }

  // All are taken, and then decoded in one call.
  Outcome together(const std::vector<std::string>& documents) {
    begin(documents.size());
    for (const std::string& document : documents) batch_.take({.value = document});
    decoder_.decode(batch_, 0, static_cast<std::uint32_t>(documents.size()),
                    [this](std::uint32_t message, const JsonDecoder::Undecodable& why) {
                      refuse(message, why);
                    });
    return finished();
  }

 private:
  void begin(std::size_t documents) {
    batch_.clear();
    outcome_.assign(documents, {});
  }

  void refuse(std::uint32_t message, const JsonDecoder::Undecodable& why) {
    outcome_[message] = fmt::format("{}{}", why.reason, why.ends_job ? ", the end" : "");
  }

  Outcome finished() {
    for (std::uint32_t i = 0; i < outcome_.size(); ++i) {
      if (outcome_[i].empty()) outcome_[i] = line_of(batch_.attributes(i));
    }
    for (const std::string& name : decoder_.new_attributes()) outcome_.push_back("met " + name);
    return outcome_;
  }

  const std::vector<PlannedAttribute> attributes_;
  Batch batch_;
  JsonDecoder decoder_;
  Outcome outcome_;
};

}  // namespace sluice::test
