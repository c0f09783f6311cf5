#include "prepare/expressions.h"

#include <fmt/format.h>

#include <algorithm>

#include "prepare/selection.h"
#include "sqlite/expression.h"

namespace sluice {
namespace {

// What SQLite is asked for: the filter's truth, or the value that a column gets.
Reckoned reckoned(const PlannedExpression& expression) {
  std::string sql = enclosed(expression.sql);
  if (expression.column.empty()) sql += " IS TRUE";
  if (expression.is_json) sql = "json" + sql;  // fails where it is none
  return {std::move(sql), expression.names};
}

Reason reason_for(const PlannedExpression& expression, std::string_view message) {
  const std::string what = fmt::format("{} cannot be reckoned: ",
                                       expression.column.empty() ? "the filter" : "its expression");
  if (!message.ends_with(no_sql_number)) return what + std::string(message);
  message.remove_suffix(no_sql_number.size());
  const auto words = [](std::string_view value) {
    return fmt::format("{}{}", value, no_sql_number);
  };
  return Reason::with_values(words, message).behind(what);
}

}  // namespace

// Expressions that are reckoned together.
class Expressions::Group {
 public:
  Group(std::vector<PlannedExpression> expressions, const std::function<bool()>& is_over)
      : expressions_(std::move(expressions)), all_(sql(), is_over) {}

  void reckon(Batch& batch, std::uint32_t first) {
    const std::uint32_t end = batch.record_count();
    while (first < end) first = reckon_until_failure(batch, first, end);
  }

 private:
  std::vector<Reckoned> sql() const {
    std::vector<Reckoned> all;
    for (const PlannedExpression& expression : expressions_) all.push_back(reckoned(expression));
    return all;
  }

  // Returns where to go on.
  std::uint32_t reckon_until_failure(Batch& batch, std::uint32_t first, std::uint32_t end) {
    const auto failure =
        all_.over_records(batch, first, end, [&](std::size_t at, const Statement& values) {
          take(batch, static_cast<std::uint32_t>(at), values);
        });
    if (!failure) return end;
    const auto failed = static_cast<std::uint32_t>(failure->at);
    reject(batch, failed, failure->reason);
    return failed + 1;
  }

  void take(Batch& batch, std::uint32_t record, const Statement& values) const {
    int column = 0;
    for (const PlannedExpression& expression : expressions_) {
      const Cell cell = values.cell(column++);
      if (expression.column.empty()) {
        batch.record(record).is_filtered = cell.integer == 0;
      } else {
        batch.attributes(record)[expression.cell] = kept(batch.arena(), cell, expression.is_json);
      }
    }
  }

  static Cell kept(Arena& arena, const Cell& cell, bool is_json) {
    if (cell.kind != Cell::Kind::text && cell.kind != Cell::Kind::blob) return cell;
    // json() lets through what is not UTF-8: that stays a blob, and fits no json column.
    const Cell::Kind kind = is_json && cell.kind == Cell::Kind::text ? Cell::Kind::json : cell.kind;
    return Cell::of_bytes(kind, arena.copy(cell.view()));
  }

  void reject(Batch& batch, std::uint32_t record, const std::string& message) {
    const PlannedExpression& guilty = expressions_[find_guilty(batch, record)];
    batch.reject(batch.record(record).message, guilty.column, reason_for(guilty, message));
  }

  std::size_t find_guilty(const Batch& batch, std::uint32_t record) {
    const auto nothing = [](std::size_t, const Statement&) {};
    const std::size_t last = expressions_.size() - 1;
    for (std::size_t i = 0; i < last; ++i) {
      if (all_.alone(i).over_records(batch, record, record + 1, nothing)) return i;
    }
    return last;
  }

  const std::vector<PlannedExpression> expressions_;
  Selection all_;
};

Expressions::Expressions(const LoadPlan& plan, std::function<bool()> is_over)
    : is_over_(std::move(is_over)) {
  if (plan.filter) groups_.push_back(std::make_unique<Group>(std::vector{*plan.filter}, is_over_));
  std::vector<Reckoned> all;
  for (const PlannedExpression& expression : plan.expressions) {
    all.push_back({expression.sql, expression.names});
  }
  for (const std::vector<std::size_t>& numbers : groups_of(all)) {
    std::vector<PlannedExpression> group;
    for (const std::size_t number : numbers) group.push_back(plan.expressions[number]);
    groups_.push_back(std::make_unique<Group>(std::move(group), is_over_));
  }
}

Expressions::~Expressions() = default;

void Expressions::reckon(Batch& batch, std::uint32_t first) {
  for (const auto& group : groups_) group->reckon(batch, first);
}

}  // namespace sluice
