#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "action/action.h"
#include "action/json_tree.h"
#include "action/known_keys.h"

namespace sluice {

// The concerns of parse_action, one file each. Every function reports what is wrong and goes on,
// so that a person sees all problems at once; what it returns is only used when there are none.

// "dwh/<container>/<item>". `item` is what a message calls the last part: "topic" or "table".
enum class ItemKind { topic, table };
std::optional<Address> parse_address(const JsonMember& member, ItemKind kind, Problems& problems);

// params.load_from: an object or an array of objects.
std::vector<LoadFrom> parse_load_from(const JsonMember& member, Findings& findings);

// offset_number, timestamp, until_offset, until_timestamp, partitions of one load_from.
void parse_range(const JsonNode& entry, LoadFrom& load, Problems& problems);

// params.load_to: an object or an array of one.
std::optional<Address> parse_load_to(const JsonMember& member, Findings& findings);

// params.schema.
std::vector<Mapping> parse_schema(const JsonMember& member, Findings& findings);

// A list of rules. `name`: how a problem calls the list, "params.rules".
std::vector<Rule> parse_rules(const JsonMember& member, const std::string& name,
                              Findings& findings);

// The value of a definition: text, number, true, false or null.
Scalar scalar_of(const JsonNode& node);

// params.filter, params.alerts, params.on_new_attribute.
void parse_selection(const JsonNode& params, Action& action, Findings& findings);

// params.max_rejects, params.max_reject_ratio.
void parse_budget(const JsonNode& params, Action& action, Problems& problems);

// params.expect.
void parse_expect(const JsonNode& params, Action& action, Findings& findings);

// Everything else: the document's own keys, the numbers of params and what to do when the source
// changes.
void parse_settings(const JsonNode& document, Action& action, Findings& findings);
void parse_params_settings(const JsonNode& params, Action& action, Problems& problems);

}  // namespace sluice
