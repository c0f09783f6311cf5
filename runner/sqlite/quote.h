#pragma once

#include <string>
#include <string_view>

namespace sluice {

// A name as SQL wants it: a"b becomes "a""b". Every name that a person chose passes through here.
// https://www.sqlite.org/lang_keywords.html
std::string quote_identifier(std::string_view name);

// A text literal: it's becomes 'it''s'. For the few places that take no parameter.
std::string quote_literal(std::string_view text);

}  // namespace sluice
