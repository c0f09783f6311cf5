#include "store/independent_rows.h"

#include <algorithm>

#include "base/ascii_case.h"
#include "store/table_sql.h"

namespace sluice {
namespace {

bool can_refuse(const ExistingColumn& column, const PlannedTable& plan) {
  if (column.generated) return true;
  if (!column.not_null || column.is_rowid) return false;
  const auto planned = std::ranges::find_if(plan.columns, [&column](const PlannedColumn& other) {
    return is_same_name(other.name, column.name);
  });
  return planned != plan.columns.end() && planned->nullable;
}

// Two messages never have the same provenance.
bool is_of_provenance(const ExistingIndex& index, const PlannedTable& plan) {
  return std::ranges::is_permutation(index.columns, provenance_names(plan), is_same_name);
}

bool ties_rows(const ExistingIndex& index, const PlannedTable& plan) {
  if (!index.is_plain) return true;
  return index.is_unique && !index.is_of_primary_key && !is_of_provenance(index, plan);
}

}  // namespace

bool rows_are_independent(const ExistingTable& existing, const PlannedTable& plan) {
  return !existing.must_be_written_row_by_row && !existing.may_have_checks &&
         existing.has_key(plan.primary_key) &&
         std::ranges::none_of(
             existing.columns,
             [&plan](const ExistingColumn& column) { return can_refuse(column, plan); }) &&
         std::ranges::none_of(existing.indexes, [&plan](const ExistingIndex& index) {
           return ties_rows(index, plan);
         });
}

}  // namespace sluice
