#include "base/json_check.h"

#include <bitset>

#include "base/json_number.h"
#include "base/utf8.h"

namespace sluice {
namespace {

constexpr std::size_t max_depth = 1024;

bool is_high_surrogate(unsigned code) { return code >= 0xD800 && code <= 0xDBFF; }
bool is_low_surrogate(unsigned code) { return code >= 0xDC00 && code <= 0xDFFF; }

// Goes over the text once. Each method takes what it is named after, or says false.
class Check {
 public:
  explicit Check(std::string_view text) : rest_(text) {}

  // One bit a level instead of a call a level: 1,024 levels need no stack of ours.
  bool document() {
    do {
      if (!opening_or_scalar()) return false;
      while (!expects_value_ && depth_ > 0) {
        if (!behind_value()) return false;
      }
    } while (expects_value_);
    blanks();
    return rest_.empty();
  }

  // How much of the text is not taken yet.
  std::size_t left() const { return rest_.size(); }

 private:
  bool opening_or_scalar() {
    blanks();
    expects_value_ = false;
    if (take('{')) return open(true);
    if (take('[')) return open(false);
    return scalar();
  }

  bool open(bool is_object) {
    if (depth_ == max_depth) return false;
    is_object_[depth_++] = is_object;
    blanks();
    if (take(is_object ? '}' : ']')) {
      --depth_;
      return true;
    }
    expects_value_ = true;
    return !is_object || key();
  }

  // A comma and what belongs to it, or the end of the innermost object or array.
  bool behind_value() {
    const bool is_object = is_object_[depth_ - 1];
    blanks();
    if (take(is_object ? '}' : ']')) {
      --depth_;
      return true;
    }
    if (!take(',')) return false;
    expects_value_ = true;
    return !is_object || key();
  }

  bool key() {
    blanks();
    if (!string()) return false;
    blanks();
    return take(':');
  }

  bool scalar() {
    if (rest_.starts_with('"')) return string();
    const std::size_t size = rest_.find_first_of(" \t\r\n,]}");
    const std::string_view token = rest_.substr(0, size);
    const bool is_scalar =
        token == "true" || token == "false" || token == "null" || is_json_number(token);
    if (is_scalar) rest_.remove_prefix(token.size());
    return is_scalar;
  }

  bool string() {
    if (!take('"')) return false;
    while (!rest_.empty()) {
      if (take('"')) return true;
      if (take('\\')) {
        if (!escape()) return false;
        continue;
      }
      const std::size_t size = utf8_sequence_length(rest_);
      if (size == 0 || static_cast<unsigned char>(rest_[0]) < 0x20) return false;
      rest_.remove_prefix(size);
    }
    return false;
  }

  bool escape() {
    if (rest_.empty()) return false;
    const char kind = rest_[0];
    rest_.remove_prefix(1);
    if (kind != 'u') return std::string_view("\"\\/bfnrt").find(kind) != std::string_view::npos;
    unsigned code = 0;
    if (!four_digits(code) || is_low_surrogate(code)) return false;
    if (!is_high_surrogate(code)) return true;
    return take('\\') && take('u') && four_digits(code) && is_low_surrogate(code);
  }

  bool four_digits(unsigned& code) {
    if (rest_.size() < 4) return false;
    code = 0;
    for (const char c : rest_.substr(0, 4)) {
      const auto digit = std::string_view("0123456789abcdef0123456789ABCDEF").find(c);
      if (digit == std::string_view::npos) return false;
      code = code * 16 + static_cast<unsigned>(digit % 16);
    }
    rest_.remove_prefix(4);
    return true;
  }

  bool take(char wanted) {
    if (!rest_.starts_with(wanted)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void blanks() {
    const std::size_t size = rest_.find_first_not_of(" \t\r\n");
    rest_.remove_prefix(size == std::string_view::npos ? rest_.size() : size);
  }

  std::string_view rest_;
  std::bitset<max_depth> is_object_;
  std::size_t depth_ = 0;
  bool expects_value_ = false;
};

}  // namespace

bool is_json(std::string_view text) { return Check(text).document(); }

std::optional<std::size_t> json_fault(std::string_view text) {
  Check check(text);
  return check.document() ? std::nullopt : std::optional(text.size() - check.left());
}

}  // namespace sluice
