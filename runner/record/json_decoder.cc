#include "record/json_decoder.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>

#include "base/excerpt.h"
#include "base/json_number.h"
#include "record/key_tree.h"
#include "record/token.h"

namespace sluice {
namespace {

namespace ondemand = simdjson::ondemand;

static_assert(Arena::padding >= simdjson::SIMDJSON_PADDING, "simdjson reads behind a document");

constexpr int max_depth = 1024;
constexpr std::size_t first_capacity = 64 << 10;

// simdjson's error, or one of ours, on its way out of the recursion.
struct Fault {
  simdjson::error_code code = simdjson::SUCCESS;
  const char* text = nullptr;

  explicit operator bool() const { return code != simdjson::SUCCESS || text != nullptr; }
};

const char* sentence_for(simdjson::error_code code) {
  switch (code) {
    case simdjson::UTF8_ERROR:
      return "invalid UTF-8";
    case simdjson::STRING_ERROR:
      return "a string holds an invalid escape or a lone surrogate";
    case simdjson::UNCLOSED_STRING:
      return "a string is not closed";
    case simdjson::UNESCAPED_CHARS:
      return "a string holds a control character";
    case simdjson::EMPTY:
      return "there is no value";
    case simdjson::INCOMPLETE_ARRAY_OR_OBJECT:
      return "it does not end with the bracket that it began with";
    default:
      return "an object or array is broken: a comma, colon, key, value or bracket is missing";
  }
}

}  // namespace

class JsonDecoder::Walk {
 public:
  Walk(std::span<const PlannedAttribute> attributes, std::optional<std::size_t> explode,
       bool new_attribute_fails)
      : root_(make_key_tree(attributes, RootOf::message)),
        element_(make_key_tree(attributes, RootOf::element)),
        explode_(explode),
        new_attribute_fails_(new_attribute_fails) {
    if (parser_.allocate(first_capacity, max_depth + 8) != simdjson::SUCCESS)
      throw std::bad_alloc();
  }

  std::optional<JsonDecoder::Undecodable> decode(Batch& batch, std::uint32_t message) {
    Bytes json = batch.messages()[message].record.value;
    if (json.empty()) return JsonDecoder::Undecodable{"the value is empty, not JSON"};
    if (json.starts_with("\xEF\xBB\xBF")) json.remove_prefix(3);
    if (json.size() >= simdjson::SIMDJSON_MAXSIZE_BYTES) {
      return JsonDecoder::Undecodable{"the value is larger than 4 GB"};
    }
    met_.clear();
    arena_ = &batch.arena();
    cells_ = batch.attributes(batch.record_count() - 1);
    end_ = json.data() + json.size();
    if (const Fault fault = document(json)) return JsonDecoder::Undecodable{sentence_of(fault)};
    if (!met_.empty()) {
      if (auto fault = learn()) return fault;
    }
    if (explode_) return explode(batch, message);
    return std::nullopt;
  }

  const std::vector<std::string>& new_attributes() const { return new_attributes_; }

 private:
  // A member that no attribute takes, and the place among the keys where it would be expected.
  struct Met {
    std::size_t place;
    std::string key;
  };

  static std::string sentence_of(Fault fault) {
    if (fault.text != nullptr) return fault.text;
    return std::string("not JSON: ") + sentence_for(fault.code);
  }

  // From now on these members are keys like the others, without a cell: the next message finds them
  // by their position.
  std::optional<JsonDecoder::Undecodable> learn() {
    if (new_attribute_fails_) {
      return JsonDecoder::Undecodable{
          fmt::format("no column takes the attribute \"{}\", and on_new_attribute is \"fail\"",
                      excerpt(met_.front().key, 60)),
          true};
    }
    for (auto met = met_.rbegin(); met != met_.rend(); ++met) {
      if (find_key(root_.below, met->key) != nullptr) continue;  // twice in one message
      const auto place = root_.below.begin() + static_cast<std::ptrdiff_t>(met->place);
      root_.below.insert(place, make_key_node(met->key));
    }
    for (Met& met : met_) {
      if (std::ranges::find(new_attributes_, met.key) == new_attributes_.end()) {
        new_attributes_.push_back(std::move(met.key));
      }
    }
    return std::nullopt;
  }

  std::optional<JsonDecoder::Undecodable> explode(Batch& batch, std::uint32_t message) {
    const Cell cell = cells_[*explode_];
    std::uint32_t count = 0;
    if (!cell.is_null_or_missing()) {
      if (!cell.view().starts_with('[')) {
        return JsonDecoder::Undecodable{"what is to be exploded is no array"};
      }
      if (const Fault fault = elements(batch, cell.view(), count)) {
        return JsonDecoder::Undecodable{sentence_of(fault)};
      }
    }
    if (count == 0) batch.messages()[message].fate = Fate::filtered;
    return std::nullopt;
  }

  // The text was checked with its document; each element fills a record of its own.
  Fault elements(Batch& batch, std::string_view text, std::uint32_t& count) {
    const auto begun =
        parser_.iterate(text.data(), text.size(), text.size() + Arena::padding).get(document_);
    if (begun) return {begun};
    end_ = text.data() + text.size();
    ondemand::array array;
    if (const auto error = document_.get_array().get(array)) return {error};
    for (auto each : array) {
      ondemand::value element;
      if (const auto error = std::move(each).get(element)) return {error};
      if (count > 0) batch.add_element(count);
      ++count;
      cells_ = batch.attributes(batch.record_count() - 1);
      if (const Fault fault = value(element, &element_, 1)) return fault;
    }
    return {};
  }

  Fault document(Bytes json) {
    const auto begun =
        parser_.iterate(json.data(), json.size(), json.size() + Arena::padding).get(document_);
    if (begun) return {begun};
    ondemand::json_type type{};
    if (const auto error = document_.type().get(type)) return {error};
    if (type != ondemand::json_type::object) return other_document(type);
    ondemand::object root;
    if (const auto error = document_.get_object().get(root)) return {error};
    if (const Fault fault = object(root, root_.below, 1)) return fault;
    return nothing_behind();
  }

  // A document that is JSON but no object has its own answer; one that is not JSON, too.
  Fault other_document(ondemand::json_type type) {
    if (type == ondemand::json_type::array) {
      ondemand::array root;
      if (const auto error = document_.get_array().get(root)) return {error};
      if (const Fault fault = array(root, nullptr, 1)) return fault;
    } else {
      std::string_view token;
      if (const auto error = document_.raw_json_token().get(token)) return {error};
      // A scalar root is the only value; what simdjson takes for more is behind it.
      if (const Fault fault = root_scalar(type, without_trailing_space(token))) return fault;
      return {simdjson::SUCCESS, "a single value, not a JSON object"};
    }
    if (const Fault fault = nothing_behind()) return fault;
    return {simdjson::SUCCESS, "a JSON array, not an object"};
  }

  Fault root_scalar(ondemand::json_type type, std::string_view token) {
    if (type == ondemand::json_type::string) {
      std::string_view text;
      return {document_.get_string().get(text)};
    }
    return plain_scalar(token, nullptr);
  }

  Fault nothing_behind() {
    if (document_.current_location().error() == simdjson::OUT_OF_BOUNDS) return {};
    return {simdjson::SUCCESS, "not JSON: something follows the end of the object"};
  }

  Fault object(ondemand::object object, std::span<const KeyNode> nodes, int depth) {
    if (depth > max_depth) return {simdjson::SUCCESS, "nested deeper than 1,024 levels"};
    std::size_t expected = 0;
    for (auto each : object) {
      ondemand::field field;
      if (const auto error = std::move(each).get(field)) return {error};
      const KeyNode* node = nullptr;
      if (const Fault fault = find(field, nodes, expected, depth == 1, node)) return fault;
      if (const Fault fault = value(field.value(), node, depth)) return fault;
    }
    return {};
  }

  Fault array(ondemand::array array, const KeyNode* node, int depth) {
    if (depth > max_depth) return {simdjson::SUCCESS, "nested deeper than 1,024 levels"};
    const auto wanted =
        node != nullptr ? std::span<const KeyNode>(node->elements) : std::span<const KeyNode>();
    std::uint32_t index = 0;
    for (auto each : array) {
      ondemand::value element;
      if (const auto error = std::move(each).get(element)) return {error};
      const KeyNode* found = wanted.empty() ? nullptr : find_element(wanted, index++);
      if (const Fault fault = value(element, found, depth)) return fault;
    }
    return {};
  }

  // Messages of a topic mostly have their keys in one order, so the next key is guessed and
  // compared with its closing quote in one go; only another one is measured, unescaped and
  // searched.
  Fault find(ondemand::field& field, std::span<const KeyNode> nodes, std::size_t& expected,
             bool is_root, const KeyNode*& found) {
    const char* raw = field.key().raw();
    if (expected < nodes.size()) {
      const std::string& quoted = nodes[expected].quoted;
      if (static_cast<std::size_t>(end_ - raw) >= quoted.size() && !quoted.empty() &&
          std::memcmp(raw, quoted.data(), quoted.size()) == 0) {
        found = &nodes[expected++];
        return {};
      }
    }
    const char* quote =
        static_cast<const char*>(std::memchr(raw, '"', static_cast<std::size_t>(end_ - raw)));
    std::string_view key(raw, static_cast<std::size_t>(quote - raw));
    if (key.find('\\') != std::string_view::npos) {
      if (const auto error = field.unescaped_key().get(key)) return {error};
    }
    found = find_key(nodes, key);
    if (found != nullptr) {
      expected = static_cast<std::size_t>(found - nodes.data()) + 1;
    } else if (is_root && has_room()) {
      met_.push_back({expected, std::string(key)});
    }
    return {};
  }

  // Where a new one fails, the first is all that has to be told.
  bool has_room() const {
    if (new_attribute_fails_) return met_.empty();
    return new_attributes_.size() + met_.size() < most_new_attributes;
  }

  Fault value(ondemand::value value, const KeyNode* node, int depth) {
    // What an earlier key of the same name has left below is void: the last one wins.
    if (node != nullptr) {
      for (const std::size_t cell : node->cells_below) cells_[cell] = Cell::missing();
    }
    ondemand::json_type type{};
    if (const auto error = value.type().get(type)) return {error};
    if (type == ondemand::json_type::object || type == ondemand::json_type::array) {
      return container(value, type, node, depth);
    }
    const std::string_view token = without_trailing_space(value.raw_json_token());
    if (type == ondemand::json_type::string) return string(value, token, node);
    return plain_scalar(token, node);
  }

  Fault container(ondemand::value& value, ondemand::json_type type, const KeyNode* node,
                  int depth) {
    const char* begin = value.raw_json_token().data();
    if (type == ondemand::json_type::object) {
      ondemand::object inner;
      if (const auto error = value.get_object().get(inner)) return {error};
      const auto below =
          node != nullptr ? std::span<const KeyNode>(node->below) : std::span<const KeyNode>();
      if (const Fault fault = object(inner, below, depth + 1)) return fault;
    } else {
      ondemand::array inner;
      if (const auto error = value.get_array().get(inner)) return {error};
      if (const Fault fault = array(inner, node, depth + 1)) return fault;
    }
    if (node != nullptr && node->is_wanted_whole()) {
      // The parser now stands at the next token; before it are blanks and our closing bracket.
      const char* next = nullptr;
      if (const auto error = document_.current_location().get(next)) return {error};
      const std::string_view text =
          without_trailing_space({begin, static_cast<std::size_t>(next - begin)});
      put(node, Cell::of_bytes(Cell::Kind::json, text), text);
    }
    return {};
  }

  Fault string(ondemand::value& value, std::string_view token, const KeyNode* node) {
    std::string_view text = token.substr(1, token.size() - 2);
    if (text.find('\\') != std::string_view::npos) {
      if (const auto error = value.get_string().get(text)) return {error};
      if (node != nullptr && node->value) text = arena_->copy(text);
    } else {
      ondemand::raw_json_string passed;
      if (const auto error = value.get_raw_json_string().get(passed)) return {error};
    }
    if (node != nullptr) put(node, Cell::of_bytes(Cell::Kind::text, text), token);
    return {};
  }

  // true, false, null or a number: simdjson does not look at tokens that nobody reads.
  Fault plain_scalar(std::string_view token, const KeyNode* node) {
    Cell cell;
    if (token == "null") {
      cell = Cell::null();
    } else if (token == "true" || token == "false") {
      cell = Cell::of_boolean(token == "true");
    } else if (is_json_number(token)) {
      cell = Cell::of_bytes(Cell::Kind::number, token);
    } else {
      return {simdjson::SUCCESS, "not JSON: a value is none of number, string, true, false, null"};
    }
    if (node != nullptr) put(node, cell, token);
    return {};
  }

  void put(const KeyNode* node, const Cell& cell, std::string_view as_written) {
    if (node->value) cells_[*node->value] = cell;
    if (node->text) {
      cells_[*node->text] =
          cell.kind == Cell::Kind::null ? cell : Cell::of_bytes(Cell::Kind::json, as_written);
    }
  }

  KeyNode root_;
  KeyNode element_;
  std::optional<std::size_t> explode_;
  bool new_attribute_fails_;
  std::vector<Met> met_;  // in the message at hand
  std::vector<std::string> new_attributes_;
  ondemand::parser parser_;
  ondemand::document document_;
  Arena* arena_ = nullptr;
  std::span<Cell> cells_;
  const char* end_ = nullptr;
};

JsonDecoder::JsonDecoder(std::span<const PlannedAttribute> attributes,
                         std::optional<std::size_t> explode, bool new_attribute_fails)
    : walk_(std::make_unique<Walk>(attributes, explode, new_attribute_fails)) {}
JsonDecoder::~JsonDecoder() = default;

std::optional<JsonDecoder::Undecodable> JsonDecoder::decode(Batch& batch, std::uint32_t message) {
  return walk_->decode(batch, message);
}

const std::vector<std::string>& JsonDecoder::new_attributes() const {
  return walk_->new_attributes();
}

}  // namespace sluice
