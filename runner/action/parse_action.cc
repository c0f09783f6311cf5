#include "action/parse_action.h"

#include <fmt/format.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include "action/json_tree.h"
#include "action/override.h"
#include "action/parts.h"
#include "action/read_value.h"

namespace sluice {
namespace {

using Kind = JsonNode::Kind;

// The action's name where the document gives none.
std::string name_of_file(const std::string& path) {
  const std::filesystem::path file(path);
  return file.extension() == ".json" ? file.stem().string() : file.filename().string();
}

const JsonMember* required(const JsonNode& object, std::string_view key, std::string_view what,
                           Problems& problems) {
  const JsonMember* member = object.find(key);
  if (member == nullptr) {
    problems.add(object.place(), fmt::format("\"{}\" is missing: {}", key, what));
  }
  return member;
}

void parse_params(const JsonNode& params, Action& action, Findings& findings) {
  check_keys(params, Level::params, findings);
  Problems& problems = findings.problems;
  if (const JsonMember* load_from = required(params, "load_from", "what to read", problems)) {
    action.load_from = parse_load_from(*load_from, findings);
  }
  action.schema_place = params.place();
  if (const JsonMember* schema = present(params, "schema")) {
    action.schema = parse_schema(*schema, findings);
    action.schema_place = schema->value.place();
  }
  if (const JsonMember* load_to = required(params, "load_to", "where to write", problems)) {
    if (const auto address = parse_load_to(*load_to, findings)) action.load_to = *address;
  }
  parse_selection(params, action, findings);
  if (const JsonMember* rules = present(params, "rules")) {
    action.rules = parse_rules(*rules, "params.rules", findings);
  }
  parse_budget(params, action, problems);
  parse_expect(params, action, findings);
  parse_params_settings(params, action, problems);
}

void parse_document(const JsonNode& document, Action& action, Findings& findings) {
  check_keys(document, Level::document, findings);
  parse_settings(document, action, findings);
  const JsonMember* params =
      required(document, "params", "what to read and where to write", findings.problems);
  if (params != nullptr && is_object(*params, findings.problems)) {
    parse_params(params->value, action, findings);
  }
}

}  // namespace

std::shared_ptr<const SourceText> read_document(const std::string& path) {
  const auto cannot_read = [&](const std::string& why) {
    return Error(ExitCode::no_input, fmt::format("cannot read {}: {}", path, why));
  };
  std::error_code ignored;  // where even this fails, opening says why
  if (std::filesystem::is_directory(path, ignored)) throw cannot_read("it is a directory");
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) throw cannot_read(std::generic_category().message(errno));
  std::ostringstream text;
  if (file.peek() != std::ifstream::traits_type::eof()) text << file.rdbuf();
  if (file.bad() || text.bad()) throw cannot_read(std::generic_category().message(errno));
  return std::make_shared<const SourceText>(SourceText{path, std::move(text).str()});
}

std::optional<Action> parse_action(std::shared_ptr<const SourceText> document,
                                   std::span<const Override> overrides, Problems& problems) {
  const std::size_t errors_before = problems.errors().size();
  auto root = parse_json(document, problems);
  if (!root) return std::nullopt;
  if (!root->is(Kind::object)) {
    problems.add(root->place(), "expected \"{\": an action is one JSON object");
    return std::nullopt;
  }
  apply_overrides(overrides, *root, problems);
  Action action;
  action.document = document;
  action.name = name_of_file(document->path);
  Findings findings{problems, {}};
  parse_document(*root, action, findings);
  warn_of_ignored(findings);
  action.is_partial = problems.errors().size() > errors_before;
  if (action.load_from.empty() && action.load_to.container.empty()) return std::nullopt;
  return action;
}

}  // namespace sluice
