#pragma once

#include <string>

#include "plan/plan.h"
#include "sqlite/batch_table.h"
#include "sqlite/meeting.h"

namespace sluice {

// The statements that put rows of a batch into the user's table and take rows out of it. They read
// what BatchTable shows.

// INSERT … SELECT; in an upsert with ON CONFLICT (primary key) DO UPDATE of the mapped columns.
// `verb` is INSERT with its OR clause; `condition`, of an upsert, tells which rows go in.
std::string write_sql(const char* verb, const PlannedTable& plan, const BatchTable& batch_table,
                      const Meeting& meeting, const std::string& condition);

// DELETE of the rows whose primary key is shown, where the condition lets it.
std::string delete_sql(const PlannedTable& plan, const std::string& condition);

}  // namespace sluice
