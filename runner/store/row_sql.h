#pragma once

#include <optional>
#include <string>
#include <vector>

#include "plan/plan.h"
#include "sqlite/batch_table.h"
#include "sqlite/meeting.h"
#include "store/existing_table.h"

namespace sluice {

// Beside the columns of the key, " COLLATE x" where the key of the table that is there compares the
// column otherwise than the column itself is compared; else nothing. What is the same to the key
// must be the same to us: it decides which row an upsert changes.
using KeyCollations = std::vector<std::string>;
KeyCollations key_collations(const std::optional<ExistingTable>& table, const PlannedTable& plan);

// The statements that put rows of a batch into the user's table and take rows out of it. They read
// what BatchTable shows.

// INSERT … SELECT; in an upsert with ON CONFLICT (primary key) DO UPDATE of the mapped columns.
// `verb` is INSERT with its OR clause; `condition`, of an upsert, tells which rows go in.
std::string write_sql(const char* verb, const PlannedTable& plan, const BatchTable& batch_table,
                      const Meeting& meeting, const std::string& condition);

// DELETE of the rows whose primary key is shown, where the condition lets it.
std::string delete_sql(const PlannedTable& plan, const KeyCollations& collations,
                       const std::string& condition);

}  // namespace sluice
