#pragma once

#include <span>

#include "action/json_tree.h"
#include "action/parse_action.h"

namespace sluice {

// Puts the values of the command line into the tree, one after the other, before it is checked.
// Objects that a path needs are made; whether the keys mean anything is checked afterwards like
// everything else. A number in a path counts the elements of an array from 0; in an array of one
// object it may be left out, because the array may.
void apply_overrides(std::span<const Override> overrides, JsonNode& root, Problems& problems);

}  // namespace sluice
