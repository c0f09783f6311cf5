#include "record/json_decoder.h"

#include <simdjson.h>

#include "base/json_number.h"
#include "record/key_tree.h"

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

std::string_view without_trailing_space(std::string_view token) {
  const std::size_t last = token.find_last_not_of(" \t\r\n");
  return token.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

}  // namespace

class JsonDecoder::Walk {
 public:
  explicit Walk(std::span<const PlannedAttribute> attributes) : keys_(make_key_tree(attributes)) {
    if (parser_.allocate(first_capacity, max_depth + 8) != simdjson::SUCCESS)
      throw std::bad_alloc();
  }

  std::optional<std::string> decode(Batch& batch, std::uint32_t message) {
    Bytes json = batch.messages()[message].record.value;
    if (json.empty()) return "the value is empty, not JSON";
    if (json.starts_with("\xEF\xBB\xBF")) json.remove_prefix(3);
    if (json.size() >= simdjson::SIMDJSON_MAXSIZE_BYTES) return "the value is larger than 4 GB";
    arena_ = &batch.arena();
    cells_ = batch.attributes(message);
    end_ = json.data() + json.size();
    if (const Fault fault = document(json)) {
      return fmt_fault(fault);
    }
    return std::nullopt;
  }

 private:
  static std::string fmt_fault(Fault fault) {
    if (fault.text != nullptr) return fault.text;
    return std::string("not JSON: ") + sentence_for(fault.code);
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
    if (const Fault fault = object(root, keys_, 1)) return fault;
    return nothing_behind();
  }

  // A document that is JSON but no object has its own answer; one that is not JSON, too.
  Fault other_document(ondemand::json_type type) {
    if (type == ondemand::json_type::array) {
      ondemand::array root;
      if (const auto error = document_.get_array().get(root)) return {error};
      if (const Fault fault = array(root, 1)) return fault;
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
      if (const Fault fault = find(field, nodes, expected, node)) return fault;
      if (const Fault fault = value(field.value(), node, depth)) return fault;
    }
    return {};
  }

  Fault array(ondemand::array array, int depth) {
    if (depth > max_depth) return {simdjson::SUCCESS, "nested deeper than 1,024 levels"};
    for (auto each : array) {
      ondemand::value element;
      if (const auto error = std::move(each).get(element)) return {error};
      if (const Fault fault = value(element, nullptr, depth)) return fault;
    }
    return {};
  }

  // Messages of a topic mostly have their keys in one order, so the next key is guessed and
  // compared with its closing quote in one go; only another one is measured, unescaped and
  // searched.
  Fault find(ondemand::field& field, std::span<const KeyNode> nodes, std::size_t& expected,
             const KeyNode*& found) {
    const char* raw = field.key().raw();
    if (expected < nodes.size()) {
      const std::string& quoted = nodes[expected].quoted;
      if (static_cast<std::size_t>(end_ - raw) >= quoted.size() &&
          std::memcmp(raw, quoted.data(), quoted.size()) == 0 &&
          quoted.find('\\') == std::string::npos) {
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
    if (found != nullptr) expected = static_cast<std::size_t>(found - nodes.data()) + 1;
    return {};
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
      if (const Fault fault = array(inner, depth + 1)) return fault;
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

  std::vector<KeyNode> keys_;
  ondemand::parser parser_;
  ondemand::document document_;
  Arena* arena_ = nullptr;
  std::span<Cell> cells_;
  const char* end_ = nullptr;
};

JsonDecoder::JsonDecoder(std::span<const PlannedAttribute> attributes)
    : walk_(std::make_unique<Walk>(attributes)) {}
JsonDecoder::~JsonDecoder() = default;

std::optional<std::string> JsonDecoder::decode(Batch& batch, std::uint32_t message) {
  return walk_->decode(batch, message);
}

}  // namespace sluice
