#include "store/check_fits.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "sqlite/quote.h"
#include "store/difference.h"
#include "store/names.h"
#include "store/table_sql.h"

namespace sluice {
namespace {

bool is_filled(const PlannedTable& plan, std::string_view name) {
  const auto same = [name](std::string_view other) { return is_same_name(other, name); };
  return std::ranges::any_of(plan.columns, same, &PlannedColumn::name) ||
         std::ranges::any_of(provenance_columns(plan), same, &ProvenanceColumn::name);
}

// What does not go together with what this action fills.
void add_unfit_columns(const ExistingTable& existing, const PlannedTable& plan,
                       std::vector<Difference>& found) {
  std::vector<std::string> generated;
  std::vector<std::string> unfilled;
  for (const ExistingColumn& column : existing.columns) {
    const bool filled = is_filled(plan, column.name);
    if (filled && column.generated) generated.push_back(column.name);
    if (!filled && !column.fills_itself) unfilled.push_back(column.name);
  }
  if (!generated.empty()) {
    found.push_back({"it computes these columns itself: " + column_list(generated),
                     {},
                     "leave them out of the action's schema"});
  }
  if (!unfilled.empty()) {
    found.push_back(
        {"it has NOT NULL columns without a default that no row fills: " + column_list(unfilled),
         {},
         "map them in the action, or give them a default in the table"});
  }
}

}  // namespace

void check_fits(Database& database, const ExistingTable& existing, const PlannedTable& plan) {
  IndexNames names = IndexNames::of(database);
  std::vector<Difference> found = differences(database, existing, plan, names);
  std::erase_if(found, [](const Difference& difference) {
    return difference.kind == Difference::Kind::strictness;
  });
  if (existing.kind == "table") add_unfit_columns(existing, plan, found);
  if (found.empty()) return;
  std::string text =
      fmt::format("{}: table {} is not what dataset \"{}\" declares:", plan.database_path,
                  quote_identifier(plan.name), plan.dataset);
  for (const Difference& difference : found) {
    text += fmt::format("\n  {}: {}", difference.what, difference.mended_by());
  }
  Error error(ExitCode::definition, text);
  const auto buildable = std::ranges::count(found, Difference::Kind::buildable, &Difference::kind);
  if (buildable == 0) throw error;
  const bool is_enough = buildable == std::ssize(found);
  throw std::move(error).hint(fmt::format("{}`sluice build {}` would extend it",
                                          is_enough ? "" : "when the rest is mended, ",
                                          plan.dataset));
}

}  // namespace sluice
