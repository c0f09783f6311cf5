#include "store/names.h"

#include <algorithm>

namespace sluice {

std::span<const ProvenanceColumn> provenance_columns(const PlannedTable& table) {
  static constexpr ProvenanceColumn all[] = {{"_source", "TEXT"},        {"_topic", "TEXT"},
                                             {"_generation", "INTEGER"}, {"_partition", "INTEGER"},
                                             {"_offset", "INTEGER"},     {"_element", "INTEGER"}};
  if (!table.provenance) return {};
  return std::span(all).first(table.has_elements ? std::size(all) : std::size(all) - 1);
}

}  // namespace sluice
