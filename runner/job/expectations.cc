#include "job/expectations.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "base/error.h"
#include "base/excerpt.h"

namespace sluice {
namespace {

struct Finding {
  bool holds = false;
  std::string value;
};

double ratio_of(const Counts& counts) {
  if (counts.messages == 0) return 0;
  return static_cast<double>(counts.rejected) / static_cast<double>(counts.messages);
}

Finding find_rows(Store& store, std::int64_t least) {
  const std::optional<std::int64_t> rows = store.count_rows(least);
  if (!rows) return {false, "not known: its time was over"};
  if (*rows >= least) return {true, fmt::format("the table has at least {} rows", *rows)};
  return {false, fmt::format("the table has {} rows", *rows)};
}

Finding find_lag(const std::vector<PartitionReport>& partitions, std::int64_t most) {
  const auto largest = std::ranges::max_element(partitions, {}, &PartitionReport::lag);
  if (largest == partitions.end()) return {true, "there is no partition"};
  return {largest->lag() <= most,
          fmt::format("{} lags by {}", notation(largest->id), largest->lag())};
}

Finding find_truth(Store& store, const std::string& sql) {
  ConditionResult result = store.test(sql);
  return {result.holds, std::move(result.value)};
}

}  // namespace

bool is_over_ratio(const Counts& counts, double ratio) { return ratio_of(counts) > ratio; }

std::string ratio_text(const Counts& counts) {
  return fmt::format("{} of {} messages were rejected ({:.4g})", counts.rejected, counts.messages,
                     ratio_of(counts));
}

std::vector<ExpectationReport> judge(const Expectations& expect, const Counts& counts,
                                     const std::vector<PartitionReport>& partitions, Store& store,
                                     const Clock& clock) {
  std::vector<ExpectationReport> judged;
  const auto add = [&](std::string name, const std::function<Finding()>& find) {
    const Clock::Instant began = clock.now();
    Finding found = find();
    judged.push_back({std::move(name), found.holds, std::move(found.value), clock.now() - began});
  };
  if (expect.min_rows) {
    add(fmt::format("min_rows {}", *expect.min_rows),
        [&] { return find_rows(store, *expect.min_rows); });
  }
  if (expect.max_lag) {
    add(fmt::format("max_lag {}", *expect.max_lag),
        [&] { return find_lag(partitions, *expect.max_lag); });
  }
  if (const auto& ratio = expect.max_reject_ratio) {
    add(fmt::format("max_reject_ratio {}", *ratio), [&] {
      return Finding{!is_over_ratio(counts, *ratio), ratio_text(counts)};
    });
  }
  for (const Located<std::string>& sql : expect.sql) {
    add(fmt::format("sql {}", excerpt(sql.value, 500)),
        [&] { return find_truth(store, sql.value); });
  }
  return judged;
}

void check_all_hold(const std::vector<ExpectationReport>& judged) {
  const auto failed = std::ranges::count(judged, false, &ExpectationReport::holds);
  if (failed == 0) return;
  std::string text = failed == 1 ? "an expectation does not hold"
                                 : fmt::format("{} expectations do not hold", failed);
  for (const ExpectationReport& one : judged) {
    if (!one.holds) text += fmt::format("\n  {}: {}", one.name, one.value);
  }
  throw Error(ExitCode::bad_data, std::move(text)).hint("what was loaded is committed and stays");
}

}  // namespace sluice
