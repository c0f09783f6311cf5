#include "prepare/broker_fields.h"

#include "prepare/broker_cell.h"

namespace sluice {
namespace {

ColumnSpec form_of(BrokerField field) {
  const bool is_number = field == BrokerField::offset || field == BrokerField::partition;
  return is_number ? ColumnType::integer : ColumnType::text;
}

}  // namespace

BrokerFields::BrokerFields(const LoadPlan& plan, const std::vector<PlannedPartition>& partitions) {
  for (std::size_t cell = 0; cell < plan.attributes.size(); ++cell) {
    const auto& field = plan.attributes[cell].field;
    if (field) fields_.push_back({*field, cell, form_of(*field)});
  }
  for (const PlannedPartition& partition : partitions) partitions_.push_back(partition.id);
}

void BrokerFields::fill(Batch& batch, std::uint32_t first) const {
  if (fields_.empty()) return;
  for (std::uint32_t record = first; record < batch.record_count(); ++record) {
    const TakenMessage& message = batch.messages()[batch.record(record).message];
    if (message.fate != Fate::open) continue;
    const PartitionId& id = partitions_[message.record.partition];
    for (const FieldCell& field : fields_) {
      batch.attributes(record)[field.cell] =
          broker_cell(batch.arena(), message.record, id, field.field, field.form);
    }
  }
}

}  // namespace sluice
