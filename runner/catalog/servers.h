#pragma once

#include <string>
#include <string_view>

namespace sluice {

// Whether the text is "host:port" with a port of 1 to 65535; an IPv6 address stands in brackets
// ("[::1]:9092"). No default port is assumed: a wrong guess would look like a dead broker.
bool is_host_and_port(std::string_view text);

// "a:1, b:2" as "a:1,b:2", or nothing where a part is no host:port.
std::string normal_servers(std::string_view list);

}  // namespace sluice
