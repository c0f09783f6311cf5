#include "catalog/hidden_lines.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "base/ascii_case.h"
#include "catalog/names.h"

namespace sluice {
namespace {

constexpr std::array<std::string_view, 18> harmless_keys = {
    "security", "protocol",        "mechanism", "username",   "ca",         "certificate",
    "key",      "keystore",        "client_id", "scope",      "servers",    "token_endpoint",
    "topics",   "connect_timeout", "connector", "properties", "attributes", "offset_policy"};
constexpr std::array<std::string_view, 4> schemes = {"env", "file", "http", "https"};
constexpr std::array<std::string_view, 7> secret_sounds = {"pass",  "pwd",        "secret", "pem",
                                                           "token", "credential", "jaas"};

bool is_name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.';
}

struct Key {
  std::string_view name;
  bool refers;     // its value is written as env: or file:
  bool is_spaced;  // a blank is behind its colon; else it is no key to YAML
};

bool is_reference(std::string_view value) {
  value.remove_prefix(std::min(value.find_first_not_of(" \t'\""), value.size()));
  return value.starts_with("env:") || value.starts_with("file:");
}

// Every `name:` of a line, in quotes or not, but for the beginnings of references and addresses.
std::vector<Key> keys_of(std::string_view line) {
  std::vector<Key> keys;
  for (std::size_t colon = line.find(':'); colon != std::string_view::npos;
       colon = line.find(':', colon + 1)) {
    const std::string_view value = line.substr(colon + 1);
    const bool is_spaced = value.empty() || value[0] == ' ' || value[0] == '\t';
    std::size_t end = colon;
    while (end > 0 && (line[end - 1] == ' ' || line[end - 1] == '"' || line[end - 1] == '\''))
      --end;
    std::size_t begin = end;
    while (begin > 0 && is_name_byte(line[begin - 1])) --begin;
    const std::string_view name = line.substr(begin, end - begin);
    if (!is_spaced && std::ranges::find(schemes, name) != schemes.end()) continue;
    keys.push_back({name, is_reference(value), is_spaced});
  }
  return keys;
}

bool is_harmless(const Key& key) {
  if (!key.is_spaced) return false;
  return key.refers || std::ranges::find(harmless_keys, key.name) != harmless_keys.end();
}

bool sounds_secret(const Key& key) {
  const std::string name = folded(key.name);
  // A property of the library may be one of its secrets, misspelt.
  if (!key.refers && (name.starts_with("sasl.") || name.starts_with("ssl."))) return true;
  return !is_harmless(key) && std::ranges::any_of(secret_sounds, [&](std::string_view sound) {
    return name.find(sound) != std::string::npos;
  });
}

// Goes through the lines and knows in which block each stands.
class Hider {
 public:
  bool hides(std::string_view line) {
    const std::size_t indent = line.find_first_not_of(" \t");
    if (indent == std::string_view::npos || line[indent] == '#') return false;
    leave(security_, indent);
    leave(secret_, indent);
    const std::vector<Key> keys = keys_of(line);
    // In a file written as {...} indentation tells nothing.
    if (line[indent] == '{' || std::ranges::count(keys, "security", &Key::name) > 0) {
      if (!security_) security_ = line[indent] == '{' ? -1 : static_cast<int>(indent);
    }
    // A key written into the file, or an address with a password before its host.
    const bool holds_secret = line.find("PRIVATE KEY") != std::string_view::npos ||
                              line.find('@') != std::string_view::npos;
    const bool is_secret = holds_secret || std::ranges::any_of(keys, sounds_secret) ||
                           (security_ && (keys.empty() || !std::ranges::all_of(keys, is_harmless)));
    if (is_secret && !secret_) secret_ = static_cast<int>(indent);
    return is_secret || secret_;
  }

 private:
  // A block ends with the first line that is not indented deeper than its key.
  static void leave(std::optional<int>& block, std::size_t indent) {
    if (block && static_cast<int>(indent) <= *block) block.reset();
  }

  std::optional<int> security_;  // the indentation of the key that began it
  std::optional<int> secret_;
};

}  // namespace

std::vector<int> hidden_lines(std::string_view text) {
  std::vector<int> hidden;
  Hider hider;
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    if (hider.hides(text.substr(0, end))) hidden.push_back(number);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return hidden;
}

}  // namespace sluice
