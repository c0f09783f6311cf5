#pragma once

#include <string>
#include <string_view>

namespace sluice {

// A name in an SQL expression that differs from `name` in the case of its letters only; empty where
// there is none. Functions, types behind AS and collations are no such names.
std::string other_spelling(std::string_view expression, std::string_view name);

}  // namespace sluice
