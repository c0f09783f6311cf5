#pragma once

#include <string_view>
#include <vector>

namespace sluice {

// Which lines of a source's YAML no message may show, since they may hold a secret: from 1,
// ascending. Told from the text, not from what YAML makes of it, so that a file that is no YAML
// hides them too. In `security` every line is hidden but for those whose keys are known to be
// harmless or refer to env: and file:, so that a misspelt key hides its value; elsewhere those with
// a key that sounds like a secret. Hides too much rather than too little.
std::vector<int> hidden_lines(std::string_view text);

}  // namespace sluice
