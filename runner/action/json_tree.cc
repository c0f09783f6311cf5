#include "action/json_tree.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <map>
#include <utility>

#include "action/json_trouble.h"
#include "base/excerpt.h"

namespace sluice {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::string_view blanks = " \t\r\n";

std::string_view without_trailing_blanks(std::string_view token) {
  return token.substr(0, token.find_last_not_of(blanks) + 1);  // npos + 1 is 0
}

std::size_t skip_digits(std::string_view token, std::size_t at) {
  while (at < token.size() && token[at] >= '0' && token[at] <= '9') ++at;
  return at;
}

// The size of the string token at the front, its quotes included. The text is known to close it.
std::size_t string_size(std::string_view text) {
  std::size_t at = 1;
  while (at < text.size() && text[at] != '"') at += text[at] == '\\' ? 2 : 1;
  return std::min(at + 1, text.size());
}

// simdjson answers the same for "01" and for a number beyond 64 bits, so the form is looked at
// here (RFC 8259 section 6); what the number means is asked later.
bool is_number(std::string_view token) {
  std::size_t at = token.starts_with('-') ? 1 : 0;
  const std::size_t whole = at;
  at = skip_digits(token, at);
  if (at == whole || (token[whole] == '0' && at > whole + 1)) return false;
  if (at < token.size() && token[at] == '.') {
    const std::size_t fraction = at + 1;
    at = skip_digits(token, fraction);
    if (at == fraction) return false;
  }
  if (at < token.size() && (token[at] == 'e' || token[at] == 'E')) {
    ++at;
    if (at < token.size() && (token[at] == '+' || token[at] == '-')) ++at;
    const std::size_t exponent = at;
    at = skip_digits(token, exponent);
    if (at == exponent) return false;
  }
  return at == token.size();
}

// Walks simdjson's iterators in the document's order and touches every token, because the
// on-demand parser lets broken ones pass that nobody reads. Ends at the first trouble.
class TreeBuilder {
 public:
  TreeBuilder(std::shared_ptr<const SourceText> document, std::string_view json,
              std::size_t json_begin, Problems& problems)
      : document_(std::move(document)), json_begin_(json_begin), problems_(problems), json_(json) {}

  std::optional<JsonNode> build() {
    auto opened = parser_.iterate(json_).get(root_);
    if (opened) return stop(explain_opening(opened));
    JsonNode node;
    if (!build_root(node)) return std::nullopt;
    if (const char* rest = nullptr; root_.current_location().get(rest) == simdjson::SUCCESS) {
      return stop({offset_of(rest), "nothing may follow the end of the document"});
    }
    return node;
  }

 private:
  using After = JsonStep::After;

  std::string_view text() const { return {json_.data(), json_.size()}; }
  std::size_t offset_of(const char* at) const {
    return std::min(static_cast<std::size_t>(at - json_.data()), json_.size());
  }
  std::size_t local(const Spot& spot) const { return spot.offset - json_begin_; }
  Spot spot_of(const char* at) const { return {document_, json_begin_ + offset_of(at)}; }

  std::nullopt_t stop(const JsonTrouble& trouble) {
    problems_.add(Place::at(document_, json_begin_ + trouble.offset), trouble.message);
    return std::nullopt;
  }
  bool fail(const JsonTrouble& trouble) {
    stop(trouble);
    return false;
  }

  JsonTrouble explain_opening(simdjson::error_code error) const {
    if (error == simdjson::UTF8_ERROR) return explain_utf8(text());
    if (error == simdjson::EMPTY) return {0, "the document is empty"};
    if (error == simdjson::UNCLOSED_STRING || error == simdjson::UNESCAPED_CHARS) {
      return explain_string(text());
    }
    return {0, fmt::format("this cannot be read as JSON: {}", simdjson::error_message(error))};
  }

  // The next step through an object or array failed. simdjson's own idea of the location differs
  // from error to error, so the walk keeps its own.
  bool fail_step(simdjson::error_code error, char opener) {
    auto trouble = explain_step(text(), {opener, after_, read_to_});
    if (error == simdjson::INCOMPLETE_ARRAY_OR_OBJECT || trouble.offset == text().size()) {
      if (const auto brackets = explain_brackets(text())) trouble = *brackets;
    }
    return fail(trouble);
  }

  // Something has been read up to `offset`.
  void step_to(std::size_t offset, After after) {
    read_to_ = offset;
    after_ = after;
  }
  // Behind the closing bracket, which must be what comes next.
  void step_out() { step_to(std::min(next_offset() + 1, text().size()), After::value); }
  std::size_t next_offset() const {
    return std::min(text().find_first_not_of(blanks, read_to_), text().size());
  }
  char next_byte() const { return next_offset() < text().size() ? text()[next_offset()] : '\0'; }

  bool build_root(JsonNode& node) {
    const std::size_t first = text().find_first_not_of(blanks);
    node.spot = {document_, json_begin_ + first};
    if (text()[first] == '{') {
      ondemand::object object;
      if (const auto error = root_.get_object().get(object)) return fail_step(error, '{');
      return build_object(object, node, 1);
    }
    ondemand::array array;
    if (text()[first] != '[') return fail({first, "expected \"{\": the document is one object"});
    if (const auto error = root_.get_array().get(array)) return fail_step(error, '[');
    return build_array(array, node, 1);
  }

  bool build_object(ondemand::object& object, JsonNode& node, int depth) {
    node.kind = JsonNode::Kind::object;
    step_to(local(node.spot) + 1, After::open);
    if (depth > max_json_depth) return fail_depth(node);
    std::map<std::string, std::size_t> seen;  // key -> its member
    for (auto field : object) {
      if (const auto error = field.error()) return fail_step(error, '{');
      JsonMember member;
      ondemand::value value;
      if (!read_key(field, member)) return false;
      if (const auto error = field.value().get(value)) return fail_step(error, '{');
      if (!build_value(value, member.value, '{', depth)) return false;
      const auto [earlier, is_new] = seen.emplace(member.key, node.members.size());
      if (is_new) {
        node.members.push_back(std::move(member));
      } else {
        report_twice(member, node.members[earlier->second]);
      }
    }
    step_out();
    return true;
  }

  bool build_array(ondemand::array& array, JsonNode& node, int depth) {
    node.kind = JsonNode::Kind::array;
    step_to(local(node.spot) + 1, After::open);
    if (depth > max_json_depth) return fail_depth(node);
    for (auto item : array) {
      ondemand::value value;
      if (const auto error = item.get(value)) return fail_step(error, '[');
      node.items.emplace_back();
      if (!build_value(value, node.items.back(), '[', depth)) return false;
    }
    step_out();
    return true;
  }

  bool fail_depth(const JsonNode& node) {
    return fail({local(node.spot), fmt::format("nested deeper than {} levels", max_json_depth)});
  }

  bool read_key(simdjson::simdjson_result<ondemand::field>& field, JsonMember& member) {
    ondemand::raw_json_string raw;
    if (const auto error = field.key().get(raw)) return fail_step(error, '{');
    member.spot = spot_of(raw.raw() - 1);
    const std::string_view from_quote = text().substr(local(member.spot));
    std::string_view key;
    const auto error = field.unescaped_key().get(key);
    if (error || !simdjson::validate_utf8(key)) {
      return fail(explain_escape(from_quote, local(member.spot)));
    }
    step_to(local(member.spot) + string_size(from_quote), After::key);
    // Between a closing quote and the colon simdjson would overlook a word.
    if (next_byte() != ':') return fail(explain_step(text(), {'{', after_, read_to_}));
    member.key = key;
    return true;
  }

  bool build_value(ondemand::value& value, JsonNode& node, char opener, int depth) {
    const std::string_view token = without_trailing_blanks(value.raw_json_token());
    node.spot = spot_of(token.data());
    if (token.starts_with('{')) {
      ondemand::object object;
      if (const auto error = value.get_object().get(object)) return fail_step(error, '{');
      return build_object(object, node, depth + 1);
    }
    if (token.starts_with('[')) {
      ondemand::array array;
      if (const auto error = value.get_array().get(array)) return fail_step(error, '[');
      return build_array(array, node, depth + 1);
    }
    if (token.find_first_of("{}[],:") == 0) {  // no value begins with these
      return fail(explain_step(text(), {opener, after_, read_to_}));
    }
    node.written = token;
    step_to(local(node.spot) + token.size(), After::value);
    return token.starts_with('"') ? build_text(value, node, opener) : build_word(token, node);
  }

  bool build_text(ondemand::value& value, JsonNode& node, char opener) {
    node.kind = JsonNode::Kind::text;
    const std::size_t size = string_size(node.written);
    if (size != node.written.size()) {  // simdjson overlooks a word that touches the quote
      return fail(explain_step(text(), {opener, After::value, local(node.spot) + size}));
    }
    std::string_view unescaped;
    const auto error = value.get_string().get(unescaped);
    if (error || !simdjson::validate_utf8(unescaped)) {
      return fail(explain_escape(node.written, local(node.spot)));
    }
    node.text = unescaped;
    return true;
  }

  bool build_word(std::string_view token, JsonNode& node) {
    if (token == "true" || token == "false") {
      node.kind = JsonNode::Kind::boolean;
    } else if (is_number(token)) {
      node.kind = JsonNode::Kind::number;
    } else if (token != "null") {
      return fail(explain_word(token, local(node.spot)));
    }
    return true;
  }

  void report_twice(const JsonMember& again, const JsonMember& first) {
    const Place place = first.place();
    problems_.add(again.place(), fmt::format("\"{}\" is written twice, first at line {}, column {}",
                                             excerpt(again.key), place.line, place.column));
  }

  std::shared_ptr<const SourceText> document_;
  std::size_t json_begin_;  // where the JSON begins in the document
  Problems& problems_;
  simdjson::padded_string json_;
  ondemand::parser parser_;
  ondemand::document root_;
  std::size_t read_to_ = 0;
  After after_ = After::open;
};

}  // namespace

const JsonMember* JsonNode::find(std::string_view key) const {
  const auto found = std::find_if(members.begin(), members.end(),
                                  [&](const JsonMember& member) { return member.key == key; });
  return found == members.end() ? nullptr : &*found;
}

std::string describe(const JsonNode& node) {
  if (node.is(JsonNode::Kind::object)) return "an object";
  if (node.is(JsonNode::Kind::array)) return "an array";
  return excerpt(node.written, 60);
}

std::optional<JsonNode> parse_json(std::shared_ptr<const SourceText> document, Problems& problems) {
  std::string_view json = document->text;
  const std::size_t mark = json.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
  json.remove_prefix(mark);
  return TreeBuilder(std::move(document), json, mark, problems).build();
}

std::optional<JsonNode> parse_json_value(std::shared_ptr<const SourceText> document,
                                         std::size_t begin, Problems& problems) {
  // In brackets, because simdjson reads a lone scalar by other functions. The bracket makes
  // offsets one too large, which the begin takes back (there is always a "=" before it).
  const std::string bracketed = fmt::format("[{}]", std::string_view(document->text).substr(begin));
  auto array = TreeBuilder(document, bracketed, begin - 1, problems).build();
  if (!array) return std::nullopt;
  if (array->items.size() != 1) {
    problems.add(Place::at(std::move(document), begin), "expected one JSON value");
    return std::nullopt;
  }
  return std::move(array->items.front());
}

}  // namespace sluice
