#include "store/gap_table.h"

#include <fmt/format.h>

#include "sqlite/database.h"
#include "sqlite/quote.h"
#include "store/names.h"

namespace sluice {

GapTable::GapTable(Database& database, const std::string& table)
    : insert_(database.prepare(
          fmt::format(R"(INSERT INTO {} (source, topic, "partition", from_offset, to_offset,)"
                      " reason, job_id, noticed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                      quote_identifier(TableNames(table).gaps)))) {}

void GapTable::add(const PartitionId& id, const LostRange& lost, std::string_view job_id,
                   std::string_view now) {
  insert_.run(id.source, id.topic, id.partition, lost.from_offset, lost.to_offset, lost.reason,
              job_id, now);
}

}  // namespace sluice
