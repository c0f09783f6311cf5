#include "prepare/rules/split.h"

#include "prepare/rules/rule_text.h"

namespace sluice {

// The records are written once more behind the others, which then go: what a message has stands
// together.
void Split::run(Batch& batch, std::uint32_t first, std::uint32_t last,
                std::span<const std::size_t> topics) {
  std::uint32_t element = 0;
  for (std::uint32_t record = first; record < last; ++record) {
    const bool is_next_message =
        record == first || batch.record(record).message != batch.record(record - 1).message;
    if (is_next_message) element = 0;
    if (!is_about(batch, record, topics)) {
      add(batch, record, element);
    } else if (holds(batch, record)) {
      split_record(batch, record, element);
    } else {
      add(batch, record, element);
      otherwise(batch, batch.record_count() - 1);
    }
  }
  batch.drop_records(first, last);
}

void Split::add(Batch& batch, std::uint32_t record, std::uint32_t& element) const {
  batch.add_copy(record, element++);
}

void Split::split_record(Batch& batch, std::uint32_t record, std::uint32_t& element) const {
  const Cell whole = value(batch, record);
  const RuleText text(whole);
  if (!text.is_text()) {
    add(batch, record, element);
    if (!whole.is_null_or_missing()) {
      reject(batch, record, Reason::of_value(shown(whole), "is no text"), false);
    }
    return;
  }
  // The parts are views, so what they look at must stay.
  std::string_view rest = batch.arena().copy(text.view());
  const std::uint32_t before = batch.record_count();
  while (!rest.empty()) {
    const std::size_t at = rest.find(rule_.first_text);
    const std::string_view part = rest.substr(0, at);
    rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + rule_.first_text.size());
    if (part.empty()) continue;
    add(batch, record, element);
    set(batch, batch.record_count() - 1, Cell::of_bytes(Cell::Kind::text, part));
  }
  if (batch.record_count() > before) return;
  add(batch, record, element);
  skip(batch, batch.record_count() - 1);
}

}  // namespace sluice
