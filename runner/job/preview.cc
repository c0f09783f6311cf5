#include "job/preview.h"

#include <algorithm>
#include <functional>

#include "job/reader.h"
#include "job/silence_limit.h"
#include "job/sources.h"
#include "plan/positions.h"
#include "types/fit.h"

namespace sluice {
namespace {

constexpr std::int64_t most_messages = 100'000;
// For answers of 512 KB a partition, which are soon here from a broker that is far away.
constexpr std::size_t memory_for_a_source = 32 << 20;
constexpr int most_looks = 3;  // at sources that change while they are looked at

// Takes what was decided of messages, in their order, until it has enough.
class Look {
 public:
  Look(const LoadPlan& plan, const std::vector<PlannedPartition>& partitions, std::size_t most)
      : plan_(plan), partitions_(partitions), most_(most) {}

  bool has_enough() const {
    return found_.rows.size() >= most_ || found_.rejects.size() >= most_ ||
           found_.messages >= most_messages || ends_job_;
  }

  void take(const Batch& batch) {
    // Decoding, rules and fitting are passes of their own: their rejects stand behind one another.
    std::vector<const Reject*> rejects;
    for (const Reject& reject : batch.rejects()) rejects.push_back(&reject);
    std::ranges::stable_sort(rejects, {}, &Reject::message);
    std::size_t row = 0;
    std::size_t reject = 0;
    for (std::uint32_t i = 0; i < batch.messages().size() && !has_enough(); ++i) {
      const TakenMessage& message = batch.messages()[i];
      const std::string address =
          notation(partitions_[message.record.partition].id, message.record.offset);
      ++found_.messages;
      if (message.fate == Fate::filtered) ++found_.filtered;
      if (message.fate == Fate::tombstone) ++found_.tombstones;
      for (; reject < rejects.size() && rejects[reject]->message == i; ++reject) {
        const Reject& found = *rejects[reject];
        found_.rejects.push_back({address, found.column, found.reason.text, found.ends_job});
        ends_job_ = ends_job_ || found.ends_job;
      }
      for (; row < batch.row_count() && batch.message_of_row(row) == i; ++row) {
        // A tombstone's row is the key that an upsert deletes by.
        if (message.fate == Fate::row && found_.rows.size() < most_) take_row(batch, row, address);
      }
    }
  }

  Preview result(const Reader& reader) && {
    found_.is_at_end = reader.progress().all_done() && !has_enough();
    found_.is_stopped_by_rule = reader.is_stopped_by_rule() && !has_enough();
    return std::move(found_);
  }

 private:
  void take_row(const Batch& batch, std::size_t number, const std::string& address) {
    Preview::Row row{.address = address, .element = {}, .values = {}};
    if (plan_.table.has_elements) row.element = batch.element_of_row(number);
    for (const Cell& cell : batch.row(number)) row.values.push_back(stored_value(cell));
    found_.rows.push_back(std::move(row));
  }

  const LoadPlan& plan_;
  const std::vector<PlannedPartition>& partitions_;
  std::size_t most_;
  bool ends_job_ = false;
  Preview found_;
};

// `replaced`: logs that turned out, when they were read, to be others than those that were loaded.
Preview look_at(const LoadPlan& plan, const World& world, std::size_t most, int looks_left,
                const std::vector<ReplacedLog>& replaced) {
  Sources sources(plan, world);
  sources.connect(Clock::Instant::max());
  const Clock::Instant deadline = world.clock.now() + answers_limit;
  const std::vector<PlannedPartition> partitions =
      plan_positions(plan, sources.logs(deadline),
                     world.open_store(plan, Clock::Instant::max())->positions(), replaced);
  const std::function<bool()> is_over = [&world] { return world.stop.raised(); };
  LogCheck check(plan, partitions);
  Reader reader(plan, partitions, one_segment(partitions), sources.named(), check, nullptr,
                world.clock, is_over);
  Batch batch(plan.attributes.size(), plan.table.columns.size(), partitions.size());
  SilenceLimit limit(sources, partitions, reader.progress(), world.clock);
  Look look(plan, partitions, most);
  const auto records = static_cast<std::int64_t>(std::max<std::size_t>(most, 100));
  try {
    while (!look.has_enough() && !reader.progress().all_done() && !reader.is_stopped_by_rule()) {
      if (is_over()) throw Error::interrupted("reading for a preview");
      limit.check();
      reader.read(batch, std::chrono::milliseconds(100), {records, records, plan.batch.bytes});
      look.take(batch);
      batch.clear();
    }
  } catch (const Error& error) {
    // A job then asks its plan what to do about it, and so does this.
    if (error.code() != ExitCode::source_changed || looks_left == 1) throw;
    const bool is_news = !reader.replaced().empty();
    return look_at(plan, world, most, looks_left - 1, is_news ? reader.replaced() : replaced);
  }
  return std::move(look).result(reader);
}

}  // namespace

Preview preview(const LoadPlan& plan, const World& world, std::size_t most) {
  LoadPlan bounded = plan;
  bounded.stop.until_end = true;
  bounded.workers = 1;
  bounded.memory_bytes =
      std::min(bounded.memory_bytes, memory_for_a_source * bounded.sources.size());
  return look_at(bounded, world, most, most_looks, {});
}

}  // namespace sluice
