#pragma once

#include <string_view>

namespace sluice {

// Why a table or a column must not have this name, or nothing where it may. Compared as SQLite
// compares: SLUICE_x is as reserved as sluice_x.
std::string_view why_reserved_table(std::string_view name);
std::string_view why_reserved_column(std::string_view name);

// Whether Kafka takes it as the name of a topic: 1 to 249 of a-z A-Z 0-9 . _ - but not "." or ".."
// (org.apache.kafka.common.internals.Topic).
bool is_topic_name(std::string_view name);

}  // namespace sluice
