#include <fmt/format.h>

#include <charconv>

#include "action/parts.h"
#include "action/read_value.h"

namespace sluice {
namespace {

using Kind = JsonNode::Kind;

std::optional<std::int64_t> count_of(const JsonNode& object, std::string_view key,
                                     Problems& problems) {
  const JsonMember* member = present(object, key);
  return member == nullptr ? std::nullopt : read_count(*member, 0, problems);
}

std::optional<double> read_ratio(const JsonMember& member, Problems& problems) {
  const std::string& written = member.value.written;
  double value = -1;
  if (member.value.is(Kind::number)) {
    std::from_chars(written.data(), written.data() + written.size(), value);
  }
  if (value >= 0 && value <= 1) return value;
  report_wrong(member, "a number from 0 to 1", problems);
  return std::nullopt;
}

std::optional<double> ratio_of(const JsonNode& object, Problems& problems) {
  const JsonMember* member = present(object, "max_reject_ratio");
  return member == nullptr ? std::nullopt : read_ratio(*member, problems);
}

void parse_sql(const JsonMember& member, Expectations& expect, Problems& problems) {
  if (!member.value.is(Kind::array)) {
    report_wrong(member, "a list of SQL expressions that must be true", problems);
    return;
  }
  for (const JsonNode& item : member.value.items) {
    if (item.is(Kind::text) && !item.text.empty()) {
      expect.sql.push_back({item.text, item.place()});
    } else {
      problems.add(item.place(), fmt::format("\"sql\" must hold SQL expressions as texts, not {}",
                                             describe(item)));
    }
  }
}

}  // namespace

void parse_budget(const JsonNode& params, Action& action, Problems& problems) {
  if (const JsonMember* most = params.find("max_rejects")) {
    action.max_rejects = read_count(*most, 0, problems);
  }
  action.max_reject_ratio = ratio_of(params, problems);
}

void parse_expect(const JsonNode& params, Action& action, Findings& findings) {
  Problems& problems = findings.problems;
  const JsonMember* member = present(params, "expect");
  if (member == nullptr || !is_object(*member, problems)) return;
  const JsonNode& object = member->value;
  check_keys(object, Level::expect, findings);
  action.expect.min_rows = count_of(object, "min_rows", problems);
  action.expect.max_lag = count_of(object, "max_lag", problems);
  action.expect.max_reject_ratio = ratio_of(object, problems);
  if (const JsonMember* sql = present(object, "sql")) parse_sql(*sql, action.expect, problems);
}

}  // namespace sluice
