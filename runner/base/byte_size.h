#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace sluice {

// "512KB", "256MB", "1GB", also "KiB", "MiB", "GiB", or a bare number of bytes. 1 KB is 1,024
// bytes, as the settings of databases mean it. Nothing else: no sign, no blank, no fraction, not
// beyond 64 bits. Nothing where the text is none of these.
std::optional<std::int64_t> parse_byte_size(std::string_view text);

}  // namespace sluice
