#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/plan.h"

namespace sluice {

// "$offset" ...: how mappings name what the broker knows of a message.
std::string_view name_of(BrokerField field);

// The field of a name without its "$".
std::optional<BrokerField> broker_field(std::string_view bare_name);

// All names with their "$", for suggestions.
const std::vector<std::string>& broker_field_names();

// Why a column of this type cannot take the field; empty where it can.
std::string why_unfit(BrokerField field, ColumnType type);

}  // namespace sluice
