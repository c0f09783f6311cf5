#include "catalog/servers.h"

#include <algorithm>
#include <charconv>

namespace sluice {
namespace {

constexpr int highest_port = 65535;

bool is_port(std::string_view text) {
  if (text.empty() || text[0] == '-') return false;
  int port = 0;
  const char* const end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, port);
  return result.ec == std::errc() && result.ptr == end && port >= 1 && port <= highest_port;
}

bool is_host(std::string_view text) {
  const bool is_bracketed = text.size() > 2 && text.starts_with('[') && text.ends_with(']');
  if (is_bracketed) text = text.substr(1, text.size() - 2);
  return !text.empty() && std::ranges::none_of(text, [&](char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == '/' || c == '@' || c == '[' || c == ']' ||
           (c == ':' && !is_bracketed);
  });
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

}  // namespace

bool is_host_and_port(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return false;
  return is_host(text.substr(0, colon)) && is_port(text.substr(colon + 1));
}

std::string normal_servers(std::string_view list) {
  std::string servers;
  while (true) {
    const std::size_t comma = list.find(',');
    const std::string_view server = trimmed(list.substr(0, comma));
    if (!is_host_and_port(server)) return {};
    servers.append(servers.empty() ? "" : ",").append(server);
    if (comma == std::string_view::npos) return servers;
    list.remove_prefix(comma + 1);
  }
}

}  // namespace sluice
