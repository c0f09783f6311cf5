#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "action/parts.h"
#include "action/read_value.h"

namespace sluice {
namespace {

using Kind = JsonNode::Kind;

const std::array<std::string, 2> new_attribute_words = {"ignore", "fail"};

std::optional<std::string> member_text(const JsonNode& object, std::string_view key,
                                       Problems& problems) {
  if (const JsonMember* member = object.find(key)) return read_text(*member, problems);
  problems.add(object.place(), fmt::format("an alert needs a \"{}\"", key));
  return std::nullopt;
}

void parse_alert(const JsonNode& item, Action& action, Findings& findings) {
  Problems& problems = findings.problems;
  if (!item.is(Kind::object)) {
    problems.add(item.place(),
                 fmt::format("an alert is an object such as {{\"name\": \"large\", \"when\": "
                             "\"amount > 1000\"}}, not {}",
                             describe(item)));
    return;
  }
  check_keys(item, Level::alert, findings);
  auto name = member_text(item, "name", problems);
  auto when = member_text(item, "when", problems);
  if (!name || !when) return;
  if (std::ranges::find(action.alerts, *name, &Alert::name) != action.alerts.end()) {
    problems.add(item.find("name")->value.place(),
                 fmt::format("two alerts are called \"{}\"; the report tells them by name", *name));
    return;
  }
  action.alerts.push_back({std::move(*name), std::move(*when), item.find("when")->value.place()});
}

}  // namespace

void parse_selection(const JsonNode& params, Action& action, Findings& findings) {
  Problems& problems = findings.problems;
  if (const JsonMember* filter = present(params, "filter")) {
    auto text = read_text(*filter, problems);
    if (text) action.filter = {std::move(*text), filter->value.place()};
  }
  if (const JsonMember* reaction = present(params, "on_new_attribute")) {
    const auto word = read_word(*reaction, new_attribute_words, problems);
    if (word) action.on_new_attribute = static_cast<OnNewAttribute>(*word);
  }
  const JsonMember* alerts = present(params, "alerts");
  if (alerts == nullptr) return;
  if (!alerts->value.is(Kind::array)) {
    report_wrong(*alerts, "a list of alerts", problems);
    return;
  }
  for (const JsonNode& item : alerts->value.items) parse_alert(item, action, findings);
}

}  // namespace sluice
