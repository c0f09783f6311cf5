#pragma once

#include <string>

#include "plan/plan.h"
#include "sqlite/batch_table.h"
#include "sqlite/meeting.h"

namespace sluice {

// The statements that put rows of a batch into the user's table and take rows out of it. They read
// what BatchTable shows.

// INSERT … SELECT; in an upsert with ON CONFLICT (primary key) DO UPDATE of the mapped columns.
// `verb` is INSERT with its OR clause.
std::string write_sql(const char* verb, const PlannedTable& plan, const BatchTable& batch_table,
                      const Meeting& meeting);

// DELETE of the rows whose primary key is shown.
std::string delete_sql(const PlannedTable& plan);

}  // namespace sluice
