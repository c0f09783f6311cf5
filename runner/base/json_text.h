#pragma once

#include <fmt/format.h>

#include <concepts>
#include <string>
#include <string_view>

namespace sluice {

// Appends the JSON string of `text`, quotes included. `text` should be UTF-8; bytes that are not
// become U+FFFD, so that what we write is always valid JSON.
void append_json_string(std::string& json, std::string_view text);

// What a JSON string says. `quoted`: a valid one of valid UTF-8, quotes included, without half a
// surrogate pair.
std::string json_string_value(std::string_view quoted);

// Writes one JSON object key by key, in the order of the calls, on one line.
class JsonObject {
 public:
  void add(std::string_view key, std::string_view value) {
    begin(key);
    append_json_string(json_, value);
  }
  void add(std::string_view key, const std::string& value) { add(key, std::string_view(value)); }
  void add(std::string_view key, const char* value) { add(key, std::string_view(value)); }
  void add(std::string_view key, std::integral auto value) { add_raw(key, fmt::to_string(value)); }

  // `value` is a JSON number, or any JSON text, already.
  void add_number(std::string_view key, std::string_view value) { add_raw(key, value); }
  void add_raw(std::string_view key, std::string_view value) {
    begin(key);
    json_ += value;
  }

  std::string text() && { return json_.empty() ? "{}" : std::move(json_) + "}"; }

 private:
  void begin(std::string_view key) {
    json_ += json_.empty() ? '{' : ',';
    append_json_string(json_, key);
    json_ += ':';
  }

  std::string json_;
};

}  // namespace sluice
