#include "source/kafka/header_json.h"

#include <cstdint>
#include <string_view>

#include "base/json_text.h"
#include "base/utf8.h"

namespace sluice {
namespace {

bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto step = utf8_step(text, at);
    if (!step.valid) return false;
    at += step.size;
  }
  return true;
}

// RFC 4648, section 4.
void append_base64(std::string& text, std::string_view bytes) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const auto byte = [&](std::size_t i) {
      return at + i < bytes.size()
                 ? static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + i]))
                 : 0U;
    };
    const std::uint32_t group = byte(0) << 16U | byte(1) << 8U | byte(2);
    const std::size_t used = bytes.size() - at < 3 ? bytes.size() - at + 1 : 4;
    for (std::size_t i = 0; i < 4; ++i) {
      text += i < used ? digits[group >> (18U - 6U * i) & 63U] : '=';
    }
  }
}

void append_value(std::string& json, const void* value, std::size_t size) {
  if (value == nullptr) {
    json += "null";
    return;
  }
  const std::string_view text(static_cast<const char*>(value), size);
  if (is_utf8(text)) {
    append_json_string(json, text);
    return;
  }
  json += R"({"base64":")";
  append_base64(json, text);
  json += "\"}";
}

// Whether these bytes are before the value: its length, zigzag-coded, seven bits in a byte.
bool has_length_before(const unsigned char* value, std::size_t size) {
  std::uint64_t left = std::uint64_t{size} << 1U;
  int bytes = 1;
  while (left >> (7 * bytes) != 0) ++bytes;
  for (const unsigned char* at = value - bytes; at != value; ++at, left >>= 7U) {
    const unsigned more = left >= 0x80 ? 0x80 : 0;
    if (*at != ((left & 0x7F) | more)) return false;
  }
  return true;
}

}  // namespace

// The formats before 0.11 have four bytes of length there, which are the same only for an empty
// value; behind their last value our memory may end.
bool shows_no_headers(const rd_kafka_message_t& message) {
  if (message.payload == nullptr || message.len == 0) return false;
  const auto* value = static_cast<const unsigned char*>(message.payload);
  return has_length_before(value, message.len) && value[message.len] == 0;
}

bool append_headers_json(std::string& json, const rd_kafka_message_t& message) {
  if (shows_no_headers(message)) return false;
  rd_kafka_headers_t* headers = nullptr;  // stays the message's
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return false;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  json += '[';
  for (std::size_t i = 0;
       rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
       ++i) {
    if (i > 0) json += ',';
    json += '[';
    append_json_string(json, name);
    json += ',';
    append_value(json, value, size);
    json += ']';
  }
  json += ']';
  return true;
}

}  // namespace sluice
