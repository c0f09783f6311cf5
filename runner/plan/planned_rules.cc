#include "plan/planned_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "action/rule_checks.h"
#include "base/excerpt.h"
#include "base/json_number.h"
#include "base/timestamp.h"
#include "catalog/wording.h"
#include "plan/attribute_names.h"
#include "plan/broker_field.h"
#include "plan/constant.h"
#include "plan/rule_operands.h"
#include "types/cell_order.h"

namespace sluice {
namespace {

bool changes_its_value(const Rule& rule) {
  switch (rule.action) {
    case RuleAction::keep:
    case RuleAction::skip:
    case RuleAction::fail:
    case RuleAction::stop:
      return rule.else_value.has_value();
    default:
      return true;
  }
}

bool is_order(RuleTest test) {
  return test == RuleTest::less || test == RuleTest::less_or_equal || test == RuleTest::greater ||
         test == RuleTest::greater_or_equal || test == RuleTest::between;
}

bool is_numeric(ColumnType type) {
  return type == ColumnType::integer || type == ColumnType::real || type == ColumnType::decimal;
}

// A column whose values are ISO 8601.
bool is_plain_time(const ColumnSpec& spec) {
  const bool is_time = spec.type == ColumnType::date || spec.type == ColumnType::datetime;
  return is_time && !spec.unit && !spec.format;
}

// Plans the rules of one list.
class RulePlanner {
 public:
  RulePlanner(const std::vector<Rule>& rules, const std::vector<const Topic*>& topics,
              AttributeNames& names, std::optional<std::size_t> topic, LoadPlan& plan,
              Problems& problems)
      : rules_(rules),
        names_(names),
        topic_(topic),
        plan_(plan),
        problems_(problems),
        operands_(topics, names, !topic, plan, problems) {}

  void plan() {
    for (const Rule& rule : rules_) {
      auto planned = planned_rule(rule);
      if (planned) plan_.rules.push_back(std::move(*planned));
    }
  }

 private:
  // What a rule or a condition is about.
  struct Subject {
    std::size_t cell = 0;
    const PlannedColumn* column = nullptr;
    std::optional<BrokerField> field = {};
  };

  std::optional<PlannedRule> planned_rule(const Rule& rule) {
    const auto subject = find_subject(rule.attribute);
    if (!subject || !may_change(rule, *subject)) return {};
    warn_where_it_does_not_reach(rule, *subject);
    PlannedRule planned;
    planned.name = rule.name;
    planned.subject = rule.attribute.value;
    if (subject->column != nullptr) planned.column = subject->column->name;
    planned.topic = topic_;
    planned.cell = subject->cell;
    planned.written_cell = written_twin(*subject);
    planned.action = rule.action;
    planned.action_word = rule.action_word;
    auto condition = planned_condition(rule.condition, *subject);
    const bool has_values = plan_values(rule, *subject, planned);
    if (!condition || !has_values) return {};
    planned.condition = std::move(*condition);
    return planned;
  }

  std::optional<Subject> find_subject(const Located<std::string>& name) {
    return topic_ ? find_attribute(name) : find_column(name);
  }

  std::optional<Subject> find_attribute(const Located<std::string>& name) {
    const auto meaning = names_.meaning({{name.value}, true, name.place}, false);
    if (!meaning) return {};
    if (const auto* field = std::get_if<BrokerField>(&*meaning)) {
      return Subject{cell_of({.field = *field}, plan_), nullptr, *field};
    }
    return Subject{cell_of(std::get<PlannedAttribute>(*meaning), plan_)};
  }

  std::optional<Subject> find_column(const Located<std::string>& name) {
    PlannedTable& table = plan_.table;
    const auto column = std::ranges::find(table.columns, name.value, &PlannedColumn::name);
    if (column != table.columns.end()) {
      return Subject{operands_.cell_of_column(*column), &*column};
    }
    std::vector<std::string> known;
    for (const Column& declared : table.declared) known.push_back(declared.name);
    const bool is_declared = std::ranges::count(known, name.value) > 0;
    // A mapping that is wrong is a problem of its own.
    if (is_declared && problems_.any()) return {};
    problems_.add(name.place,
                  is_declared ? fmt::format("nothing fills column {} here, so it is always NULL",
                                            in_quotes(name.value))
                              : fmt::format("table {} has no column {}{}", in_quotes(table.name),
                                            in_quotes(name.value), suggestion(name.value, known)));
    return {};
  }

  // A field of the broker stays what it is, and an array that is exploded was so before.
  bool may_change(const Rule& rule, const Subject& subject) {
    if (!changes_its_value(rule)) return true;
    if (subject.field) {
      problems_.add(rule.attribute.place,
                    fmt::format("{} is the broker's and cannot be changed here; change its column, "
                                "with \"rules\" of \"params\"",
                                name_of(*subject.field)));
      return false;
    }
    if (subject.column != nullptr && is_key_of_tombstones(*subject.column)) {
      problems_.add(
          rule.attribute.place,
          fmt::format("column {} is the key by which tombstones delete, and no rule is run "
                      "for them: rows with a changed key would stay",
                      in_quotes(subject.column->name)));
      return false;
    }
    const bool is_exploded =
        topic_ && plan_.topics[*topic_].explode &&
        plan_.attributes[*plan_.topics[*topic_].explode].path == Path{rule.attribute.value};
    if (!is_exploded) return true;
    problems_.add(rule.attribute.place,
                  fmt::format("{} is what \"explode\" takes apart before any rule; name "
                              "\"$element\" to change its elements",
                              in_quotes(rule.attribute.value)));
    return false;
  }

  // What lies within an attribute is found in the message's bytes, so a rule on the whole does not
  // reach it. Other rules may still see what it leaves.
  void warn_where_it_does_not_reach(const Rule& rule, const Subject& subject) {
    if (!topic_ || subject.field || !changes_its_value(rule)) return;
    const PlannedColumn* column = column_within(plan_.attributes[subject.cell]);
    if (column == nullptr) return;
    problems_.warn(rule.attribute.place,
                   fmt::format("column {} takes a value out of {} as the message has it, which "
                               "this rule does not change; a rule of \"params.rules\" on the "
                               "column does",
                               in_quotes(column->name), in_quotes(rule.attribute.value)));
  }

  const PlannedColumn* column_within(const PlannedAttribute& whole) const {
    for (const PlannedColumn& column : plan_.table.columns) {
      const auto* cell = std::get_if<std::size_t>(&column.from);
      if (cell == nullptr) continue;
      const PlannedAttribute& part = plan_.attributes[*cell];
      if (part.is_of_message() && part.of_element == whole.of_element &&
          part.path.size() > whole.path.size() &&
          std::ranges::equal(std::span(part.path).first(whole.path.size()), whole.path)) {
        return &column;
      }
    }
    return nullptr;
  }

  bool is_key_of_tombstones(const PlannedColumn& column) const {
    const PlannedTable& table = plan_.table;
    return table.tombstones_delete && std::ranges::count(table.primary_key, column.name) > 0;
  }

  std::optional<std::size_t> written_twin(const Subject& subject) const {
    if (!topic_) return {};
    PlannedAttribute wanted = plan_.attributes[subject.cell];
    if (!wanted.is_of_message()) return {};
    wanted.as_written = true;
    const auto twin = std::ranges::find(plan_.attributes, wanted);
    if (twin == plan_.attributes.end()) return {};
    return static_cast<std::size_t>(twin - plan_.attributes.begin());
  }

  std::optional<PlannedCondition> planned_condition(const RuleCondition& condition,
                                                    Subject subject) {
    if (condition.attribute) {
      const auto other = find_subject(*condition.attribute);
      if (!other) return {};
      subject = *other;
    }
    PlannedCondition planned{
        .test = condition.test, .is_negated = condition.is_negated, .tested = {}};
    planned.tested.cell = subject.cell;
    const bool good =
        plan_parts(condition, subject, planned) && plan_tested_values(condition, subject, planned);
    return good ? std::optional(std::move(planned)) : std::nullopt;
  }

  bool plan_parts(const RuleCondition& condition, const Subject& subject,
                  PlannedCondition& planned) {
    for (const RuleCondition& part : condition.parts) {
      auto planned_part = planned_condition(part, subject);
      if (planned_part) planned.parts.push_back(std::move(*planned_part));
    }
    return planned.parts.size() == condition.parts.size();
  }

  bool plan_tested_values(const RuleCondition& condition, const Subject& subject,
                          PlannedCondition& planned) {
    if (condition.test == RuleTest::regexp) {
      planned.pattern = std::get<std::string>(condition.values[0].value);
      return true;
    }
    if (condition.test == RuleTest::is_date) {
      if (!condition.values.empty()) planned.format = input_format(condition.values[0]);
      return true;
    }
    if (!plan_operands(condition.values, planned.values)) return false;
    if (condition.test == RuleTest::is_true) {
      if (!planned.values.empty()) planned.tested = planned.values[0];
      return true;
    }
    return check_comparable(condition, subject, planned);
  }

  bool plan_operands(const std::vector<RuleValue>& values, std::vector<RuleOperand>& operands) {
    for (const RuleValue& value : values) {
      auto operand = operands_.value(value);
      if (operand) operands.push_back(std::move(*operand));
    }
    return operands.size() == values.size();
  }

  bool check_comparable(const RuleCondition& condition, const Subject& subject,
                        const PlannedCondition& planned) {
    if (!is_order(condition.test)) return true;
    bool good = true;
    for (std::size_t i = 0; i < planned.values.size(); ++i) {
      if (!planned.values[i].is_constant() || subject.column == nullptr) continue;
      const std::string why = why_without_order(planned.values[i], subject.column->spec);
      if (why.empty()) continue;
      problems_.add(
          condition.values[i].place,
          fmt::format("{} {}, and column {} is of type {}", condition.values[i].text, why,
                      in_quotes(subject.column->name), name_of(subject.column->spec.type)));
      good = false;
    }
    return good && (condition.test != RuleTest::between || check_range(condition, planned));
  }

  static std::string why_without_order(const RuleOperand& value, const ColumnSpec& spec) {
    const bool is_number = value.kind == Cell::Kind::number || is_json_number(value.text);
    if (is_numeric(spec.type) && !is_number) return "is no number";
    if (is_plain_time(spec) && !parse_iso8601_moment(value.text)) return "is no time of ISO 8601";
    return {};
  }

  bool check_range(const RuleCondition& condition, const PlannedCondition& planned) {
    const RuleOperand& low = planned.values[0];
    const RuleOperand& high = planned.values[1];
    if (!low.is_constant() || !high.is_constant()) return true;
    const auto order = compare_cells(constant_of(low), constant_of(high));
    if (order == std::partial_ordering::less || order == std::partial_ordering::equivalent) {
      return true;
    }
    const bool is_upside_down = order == std::partial_ordering::greater;
    problems_.add(condition.values[1].place,
                  is_upside_down
                      ? fmt::format("nothing is between {} and {}: the lower one stands first",
                                    condition.values[0].text, condition.values[1].text)
                      : fmt::format("{} and {} cannot be compared", condition.values[0].text,
                                    condition.values[1].text));
    return false;
  }

  static TimeFormat input_format(const RuleValue& value) {
    const auto& text = std::get<std::string>(value.value);
    TimeFormat format = check_time_format(rule_time_directives(text)).format;
    format.written = text;
    return format;
  }

  bool plan_values(const Rule& rule, const Subject& subject, PlannedRule& planned) {
    bool good = true;
    if (rule.else_value) {
      planned.else_value = new_value(*rule.else_value, rule, subject);
      good = planned.else_value.has_value();
    }
    return plan_action(rule, subject, planned) && good;
  }

  bool plan_action(const Rule& rule, const Subject& subject, PlannedRule& planned) {
    switch (rule.action) {
      case RuleAction::set: {
        auto operand = new_value(rule.values[0], rule, subject);
        if (operand) planned.values.push_back(std::move(*operand));
        return operand.has_value();
      }
      case RuleAction::regexp_replace:
      case RuleAction::split:
      case RuleAction::date_replace:
        planned.first_text = std::get<std::string>(rule.values[0].value);
        if (rule.values.size() > 1) {
          planned.second_text = std::get<std::string>(rule.values[1].value);
        }
        return rule.action != RuleAction::split || may_split(rule);
      case RuleAction::replace:
      case RuleAction::concat:
        return plan_operands(rule.values, planned.values);
      default:
        return plan_numbers(rule, planned);
    }
  }

  bool plan_numbers(const Rule& rule, PlannedRule& planned) {
    for (const RuleValue& value : rule.values) {
      auto operand = operands_.number(value, rule.action_word);
      if (operand) planned.values.push_back(std::move(*operand));
    }
    return planned.values.size() == rule.values.size();
  }

  bool may_split(const Rule& rule) {
    const auto other = std::ranges::find(plan_.rules, RuleAction::split, &PlannedRule::action);
    if (other == plan_.rules.end()) {
      plan_.table.has_elements = true;
      return true;
    }
    problems_.add(rule.place,
                  fmt::format("an action splits once only, and {} does already", other->name));
    return false;
  }

  // A value that the attribute or the column gets.
  std::optional<RuleOperand> new_value(const RuleValue& value, const Rule& rule,
                                       const Subject& subject) {
    auto operand = operands_.value(value);
    if (!operand || !operand->is_constant() || subject.column == nullptr) return operand;
    if (is_last_change(rule) && !fits(value, *subject.column)) return {};
    return operand;
  }

  // Whether the column keeps what the rule leaves.
  bool is_last_change(const Rule& rule) const {
    return std::ranges::none_of(rules_, [&](const Rule& other) {
      return &other > &rule && other.attribute.value == rule.attribute.value &&
             changes_its_value(other);
    });
  }

  bool fits(const RuleValue& value, const PlannedColumn& column) {
    const auto [fitted, misfit] = fit_constant({value.value, value.text, value.place}, column.spec);
    const bool is_null = fitted && std::holds_alternative<std::monostate>(*fitted);
    if (fitted && (!is_null || column.nullable)) return true;
    problems_.add(
        value.place,
        is_null ? fmt::format("null does not fit column {}, which is not nullable",
                              in_quotes(column.name))
                : fmt::format("{} does not fit column {} of type {}: {}", excerpt(value.text, 60),
                              in_quotes(column.name), name_of(column.spec.type), misfit));
    return false;
  }

  const std::vector<Rule>& rules_;
  AttributeNames& names_;
  const std::optional<std::size_t> topic_;
  LoadPlan& plan_;
  Problems& problems_;
  RuleOperands operands_;
};

}  // namespace

bool is_filled_by_rule(const Action& action, std::string_view column) {
  return std::ranges::any_of(action.rules, [&](const Rule& rule) {
    const bool makes_value = rule.action == RuleAction::set || rule.action == RuleAction::concat;
    return rule.attribute.value == column && (makes_value || rule.else_value);
  });
}

void plan_rules(const Action& action, const std::vector<const Topic*>& topics, LoadPlan& plan,
                Problems& problems) {
  std::size_t topic = 0;  // entries whose topic is unknown have none in the plan
  for (const LoadFrom& entry : action.load_from) {
    if (topic == plan.topics.size() || plan.topics[topic].source != entry.source.container ||
        plan.topics[topic].topic != entry.source.item) {
      continue;
    }
    const std::vector<const Topic*> own = {topics[topic]};
    AttributeNames names(action, own, plan, problems);
    RulePlanner(entry.source_rules, own, names, topic, plan, problems).plan();
    ++topic;
  }
  AttributeNames names(action, topics, plan, problems);
  RulePlanner(action.rules, topics, names, {}, plan, problems).plan();
}

}  // namespace sluice
