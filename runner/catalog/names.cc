#include "catalog/names.h"

#include <algorithm>
#include <array>

#include "base/ascii_case.h"

namespace sluice {

std::string_view why_reserved_table(std::string_view name) {
  const std::string compared = folded(name);
  if (compared.starts_with("sqlite_")) return "names that begin with sqlite_ belong to SQLite";
  if (compared.starts_with("sluice_")) return "names that begin with sluice_ belong to the program";
  for (const std::string_view suffix :
       {"__metadata", "__rejects", "__gaps", "__newest", "__anchors"}) {
    if (compared.ends_with(suffix)) {
      return "__metadata, __rejects, __gaps, __newest and __anchors end the names of tables that "
             "the program keeps beside a table";
    }
  }
  return {};
}

std::string_view why_reserved_column(std::string_view name) {
  constexpr std::array<std::string_view, 6> reserved = {"_source",    "_topic",  "_generation",
                                                        "_partition", "_offset", "_element"};
  if (std::ranges::count(reserved, folded(name)) == 0) return {};
  return "it is one of the columns that provenance adds";
}

}  // namespace sluice
