#include "prepare/rules/rule_pass.h"

#include <fmt/format.h>

#include <utility>

#include "base/excerpt.h"
#include "prepare/rules/change.h"
#include "prepare/rules/json_value.h"
#include "prepare/rules/rule_text.h"
#include "prepare/rules/split.h"

namespace sluice {
namespace {

// `keep`: what the condition does not hold for, and gets no other value, gives no row.
class Keep final : public RulePass {
 public:
  using RulePass::RulePass;

 private:
  void otherwise(Batch& batch, std::uint32_t record) const override {
    if (rule_.else_value) return RulePass::otherwise(batch, record);
    skip(batch, record);
  }
};

class Skip final : public RulePass {
 public:
  using RulePass::RulePass;

 private:
  void apply(Batch& batch, std::uint32_t record) override { skip(batch, record); }
};

class Fail final : public RulePass {
 public:
  using RulePass::RulePass;

 private:
  void apply(Batch& batch, std::uint32_t record) override {
    const auto words = [](std::string_view value) { return fmt::format("it is {}", value); };
    reject(batch, record, Reason::with_values(words, shown(value(batch, record))), true);
  }
};

class Stop final : public RulePass {
 public:
  using RulePass::RulePass;
  bool asks_to_stop() const override { return asks_; }

 private:
  void apply(Batch&, std::uint32_t) override { asks_ = true; }

  bool asks_ = false;
};

class Changing final : public RulePass {
 public:
  Changing(const PlannedRule& rule, std::uint32_t number, const Moments& moments,
           std::unique_ptr<Change> change)
      : RulePass(rule, number, moments), change_(std::move(change)) {}

 private:
  void apply(Batch& batch, std::uint32_t record) override {
    const Cell made =
        change_->made_of(value(batch, record), batch.attributes(record), batch.arena(), fault_);
    if (fault_.text.empty()) return set(batch, record, made);
    reject(batch, record, std::exchange(fault_, {}), false);
  }

  std::unique_ptr<Change> change_;
  Reason fault_;
};

}  // namespace

RulePass::RulePass(const PlannedRule& rule, std::uint32_t number, const Moments& moments)
    : rule_(rule),
      number_(number),
      condition_(rule.condition, moments),
      acts_otherwise_(rule.else_value || rule.action == RuleAction::keep) {
  if (rule.else_value) else_value_.emplace(*rule.else_value, moments);
}

void RulePass::run(Batch& batch, std::uint32_t first, std::uint32_t last,
                   std::span<const std::size_t> topics) {
  for (std::uint32_t record = first; record < last; ++record) {
    if (!is_about(batch, record, topics)) continue;
    if (holds(batch, record)) {
      apply(batch, record);
    } else if (acts_otherwise_) {
      otherwise(batch, record);
    }
  }
}

bool RulePass::is_about(const Batch& batch, std::uint32_t record,
                        std::span<const std::size_t> topics) const {
  if (!batch.is_open(record)) return false;
  if (!rule_.topic) return true;
  const Message& message = batch.messages()[batch.record(record).message].record;
  return topics[message.partition] == *rule_.topic;
}

void RulePass::otherwise(Batch& batch, std::uint32_t record) const {
  if (else_value_) set(batch, record, else_value_->in(batch.attributes(record)));
}

void RulePass::set(Batch& batch, std::uint32_t record, const Cell& cell) const {
  const std::span<Cell> cells = batch.attributes(record);
  // Where it comes from may be the cell that it goes to.
  const Cell made = cell;
  cells[rule_.cell] = made;
  if (rule_.written_cell) cells[*rule_.written_cell] = json_of_value(made, batch.arena());
}

void RulePass::skip(Batch& batch, std::uint32_t record) const {
  BatchRecord& skipped = batch.record(record);
  skipped.is_filtered = true;
  skipped.skipped_by = number_ + 1;
}

void RulePass::reject(Batch& batch, std::uint32_t record, const Reason& reason,
                      bool ends_job) const {
  const std::string attribute =
      rule_.column.empty() ? fmt::format(" on \"{}\"", excerpt(rule_.subject, 60)) : std::string();
  batch.reject(
      batch.record(record).message, rule_.column,
      reason.behind(fmt::format("rule {}{} ({}): ", rule_.name, attribute, rule_.action_word)),
      ends_job);
}

std::unique_ptr<RulePass> make_pass(const PlannedRule& rule, std::uint32_t number,
                                    const Moments& moments) {
  switch (rule.action) {
    case RuleAction::keep:
      return std::make_unique<Keep>(rule, number, moments);
    case RuleAction::skip:
      return std::make_unique<Skip>(rule, number, moments);
    case RuleAction::fail:
      return std::make_unique<Fail>(rule, number, moments);
    case RuleAction::stop:
      return std::make_unique<Stop>(rule, number, moments);
    case RuleAction::split:
      return std::make_unique<Split>(rule, number, moments);
    default:
      return std::make_unique<Changing>(rule, number, moments, make_change(rule, moments));
  }
}

}  // namespace sluice
