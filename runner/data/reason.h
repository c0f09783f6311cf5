#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace sluice {

// Why a message does not fit, in words for a person.
struct Reason {
  std::string text = {};  // "\"ten\" is not an integer of 64 bits"
  // The same where the message's own values are left out, so that it is equal for all messages with
  // this fault: "is not an integer of 64 bits".
  std::string without_value = {};

  Reason() = default;
  // One that names no value.
  Reason(std::string words) : text(words), without_value(std::move(words)) {}
  Reason(const char* words) : Reason(std::string(words)) {}

  // One that begins with a value, as it is shown.
  static Reason of_value(std::string_view shown, std::string_view fault) {
    Reason reason{std::string(fault)};
    reason.text = std::string(shown) + " " + reason.text;
    return reason;
  }

  // One that names values elsewhere. `words` are asked twice: with them, and with this instead.
  static constexpr std::string_view left_out = "…";
  template <class Words, class... Shown>
  static Reason with_values(const Words& words, const Shown&... shown) {
    Reason reason{words(left_out_for(shown)...)};
    reason.text = words(std::string_view(shown)...);
    return reason;
  }

  // The same with words in front.
  Reason behind(std::string_view words) const {
    Reason reason;
    reason.text = std::string(words) + text;
    reason.without_value = std::string(words) + without_value;
    return reason;
  }

 private:
  static std::string_view left_out_for(std::string_view) { return left_out; }
};

}  // namespace sluice
