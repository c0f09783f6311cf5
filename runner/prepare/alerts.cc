#include "prepare/alerts.h"

#include "prepare/selection.h"
#include "sqlite/expression.h"

namespace sluice {

class Alerts::Group {
 public:
  // `numbers`: of the expressions among all alerts.
  Group(const std::vector<Reckoned>& all, std::vector<std::size_t> numbers,
        const std::function<bool()>& is_over)
      : numbers_(std::move(numbers)), selection_(chosen(all, numbers_), is_over) {}

  void watch(Batch& batch, std::size_t first) {
    const std::size_t end = batch.row_count();
    while (first < end) {
      const auto failure = selection_.over_rows(
          batch, first, end,
          [&](std::size_t row, const Statement& values) { note(batch, row, values); });
      if (!failure) return;
      watch_one_by_one(batch, failure->at);
      first = failure->at + 1;
    }
  }

 private:
  static std::vector<Reckoned> chosen(const std::vector<Reckoned>& all,
                                      const std::vector<std::size_t>& numbers) {
    std::vector<Reckoned> some;
    for (const std::size_t number : numbers) some.push_back(all[number]);
    return some;
  }

  void note(Batch& batch, std::size_t row, const Statement& values) const {
    for (std::size_t i = 0; i < numbers_.size(); ++i) {
      if (values.integer(static_cast<int>(i)) == 0) continue;
      batch.note_alert({.alert = numbers_[i], .message = batch.message_of_row(row)});
    }
  }

  // One of them fails for this row; the others have their say.
  void watch_one_by_one(Batch& batch, std::size_t row) {
    for (std::size_t i = 0; i < numbers_.size(); ++i) {
      bool is_hit = false;
      const auto failure = selection_.alone(i).over_rows(
          batch, row, row + 1,
          [&](std::size_t, const Statement& value) { is_hit = value.integer(0) != 0; });
      if (!failure && !is_hit) continue;
      batch.note_alert({.alert = numbers_[i],
                        .message = batch.message_of_row(row),
                        .has_failed = failure.has_value()});
    }
  }

  const std::vector<std::size_t> numbers_;
  Selection selection_;
};

Alerts::Alerts(const std::vector<PlannedAlert>& alerts, std::function<bool()> is_over)
    : is_over_(std::move(is_over)) {
  std::vector<Reckoned> all;
  for (const PlannedAlert& alert : alerts) {
    all.push_back({enclosed(alert.sql) + " IS TRUE", alert.names});
  }
  for (std::vector<std::size_t>& numbers : groups_of(all)) {
    groups_.push_back(std::make_unique<Group>(all, std::move(numbers), is_over_));
  }
}

Alerts::~Alerts() = default;

void Alerts::watch(Batch& batch, std::size_t first) {
  for (const auto& group : groups_) group->watch(batch, first);
}

}  // namespace sluice
