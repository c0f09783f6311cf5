#include "record/json_decoder.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>

#include "base/excerpt.h"
#include "base/json_number.h"
#include "record/key_tree.h"
#include "record/token.h"
#include "record/tokens.h"

namespace sluice {
namespace {

constexpr int max_depth = 1024;

static_assert(Arena::padding >= QuotedKey::readable, "a key is compared with what lies behind it");

// Why a document gives no row, as a sentence; null while nothing is wrong. The way out of the
// recursion.
using Fault = const char*;

constexpr Fault broken =
    "not JSON: an object or array is broken: a comma, colon, key, value or bracket is missing";
constexpr Fault unended = "not JSON: it does not end with the bracket that it began with";
constexpr Fault too_deep = "nested deeper than 1,024 levels";
constexpr Fault bad_escape = "not JSON: a string holds an invalid escape or a lone surrogate";
constexpr Fault no_scalar = "not JSON: a value is none of number, string, true, false, null";

}  // namespace

class JsonDecoder::Walk {
 public:
  Walk(std::span<const PlannedAttribute> attributes, std::optional<std::size_t> explode,
       bool new_attribute_fails)
      : root_(make_key_tree(attributes, RootOf::message)),
        element_(make_key_tree(attributes, RootOf::element)),
        explode_(explode),
        new_attribute_fails_(new_attribute_fails) {}

  std::optional<JsonDecoder::Undecodable> decode(Batch& batch, std::uint32_t message) {
    open(batch, message);
    Bytes json = batch.messages()[message].record.value;
    if (json.empty()) return JsonDecoder::Undecodable{"the value is empty, not JSON"};
    if (json.starts_with("\xEF\xBB\xBF")) json.remove_prefix(3);
    if (const Fault fault = document(json)) return JsonDecoder::Undecodable{fault};
    if (!met_.empty()) {
      if (auto fault = learn()) return fault;
    }
    if (explode_) return explode(batch, message);
    return std::nullopt;
  }

  void decode(Batch& batch, std::uint32_t first, std::uint32_t end,
              const std::function<void(std::uint32_t, JsonDecoder::Undecodable)>& refuse) {
    while (first < end) {
      const std::uint32_t row_end = end_of_row(batch, first, end);
      first = decode_row(batch, first, row_end);
      for (; first < row_end; ++first) {
        if (auto fault = decode(batch, first)) refuse(first, std::move(*fault));
      }
    }
  }

  const std::vector<std::string>& new_attributes() const { return new_attributes_; }

 private:
  // The end of the messages whose values stand in a row with that of the first.
  static std::uint32_t end_of_row(const Batch& batch, std::uint32_t first, std::uint32_t end) {
    for (std::uint32_t message = first + 1; message < end; ++message) {
      const Bytes before = batch.messages()[message - 1].record.value;
      if (batch.messages()[message].record.value.data() != before.data() + before.size()) {
        return message;
      }
    }
    return end;
  }

  // Finds the tokens of these messages at once, and decodes them as long as nothing is wrong.
  // Returns the first that was not decoded: alone it tells what is wrong with it, if anything is (a
  // byte-order mark is not). That costs those behind it what they have saved.
  //
  // Each text has the tokens here that it has alone as long as the texts before it were good: such
  // a one ends with its object's bracket or blanks, so what stands behind is in no string,
  // continues no token and no UTF-8 sequence, and is not escaped. One that is not good fails before
  // its own end: with a string that is still open there, or anything else, its object is not
  // closed, or something follows it.
  std::uint32_t decode_row(Batch& batch, std::uint32_t first, std::uint32_t end) {
    if (explode_ || end - first < 2) return first;
    const Bytes last = batch.messages()[end - 1].record.value;
    const char* const row = batch.messages()[first].record.value.data();
    if (begin({row, static_cast<std::size_t>(last.data() + last.size() - row)}) != nullptr) {
      return first;
    }
    for (; first < end; ++first) {
      const Bytes json = batch.messages()[first].record.value;
      open(batch, first);
      end_ = json.data() + json.size();
      limit_ = static_cast<std::uint32_t>(end_ - json_);
      if (!take('{') || object(root_.below, 1) != nullptr || nothing_behind() != nullptr) break;
      if (!met_.empty() && learn()) break;
    }
    return first;
  }

  void open(Batch& batch, std::uint32_t message) {
    met_.clear();
    arena_ = &batch.arena();
    const auto behind = static_cast<std::uint32_t>(batch.messages().size()) - message;
    cells_ = batch.attributes(batch.record_count() - behind);
  }

  // A member that no attribute takes, and the place among the keys where it would be expected.
  struct Met {
    std::size_t place;
    std::string key;
  };

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
        return JsonDecoder::Undecodable{fault};
      }
    }
    if (count == 0) batch.messages()[message].fate = Fate::filtered;
    return std::nullopt;
  }

  // The text was checked with its document; each element fills a record of its own.
  Fault elements(Batch& batch, std::string_view text, std::uint32_t& count) {
    if (const Fault fault = begin(text)) return fault;
    take('[');
    if (take(']')) return nullptr;
    do {
      if (count > 0) batch.add_element(count);
      ++count;
      cells_ = batch.attributes(batch.record_count() - 1);
      if (const Fault fault = value(&element_, 1)) return fault;
    } while (take(','));
    return nullptr;
  }

  Fault document(std::string_view json) {
    if (const Fault fault = begin(json)) return fault;
    if (next() != '{') return other_document();
    if (json_[tokens_.end()[-1]] != '}') return unended;
    ++token_;
    if (const Fault fault = object(root_.below, 1)) return fault;
    return nothing_behind();
  }

  // A document that is JSON but no object has its own answer; one that is not JSON, too.
  Fault other_document() {
    const bool is_array = next() == '[';
    if (is_array && json_[tokens_.end()[-1]] != ']') return unended;
    if (const Fault fault = value(nullptr, 0)) return fault;
    if (const Fault fault = nothing_behind()) return fault;
    return is_array ? "a JSON array, not an object" : "a single value, not a JSON object";
  }

  Fault nothing_behind() const {
    if (*token_ >= limit_) return nullptr;
    return "not JSON: something follows the end of the object";
  }

  Fault begin(std::string_view text) {
    json_ = text.data();
    end_ = text.data() + text.size();
    limit_ = static_cast<std::uint32_t>(text.size());
    has_escapes_ = text.find('\\') != std::string_view::npos;
    const Fault fault = tokens_.find(text);
    token_ = tokens_.begin();
    return fault;
  }

  // What the token at hand begins with. Behind the last one stands what no token begins with: what
  // lies behind the text is not ours.
  char next() const { return *token_ >= limit_ ? ' ' : json_[*token_]; }

  bool take(char wanted) {
    if (next() != wanted) return false;
    ++token_;
    return true;
  }

  // A string, or what should be a number or a literal, as written.
  std::string_view take_text() {
    const char* const begin = json_ + *token_++;
    return without_trailing_space({begin, static_cast<std::size_t>(json_ + *token_ - begin)});
  }

  // Behind its opening bracket, as array().
  Fault object(std::span<const KeyNode> nodes, int depth) {
    if (depth > max_depth) return too_deep;
    if (take('}')) return nullptr;
    std::size_t expected = 0;
    do {
      const KeyNode* node = nullptr;
      if (const Fault fault = key(nodes, expected, depth == 1, node)) return fault;
      if (!take(':')) return broken;
      if (const Fault fault = value(node, depth)) return fault;
    } while (take(','));
    return take('}') ? nullptr : broken;
  }

  Fault array(const KeyNode* node, int depth) {
    if (depth > max_depth) return too_deep;
    if (take(']')) return nullptr;
    const auto wanted =
        node != nullptr ? std::span<const KeyNode>(node->elements) : std::span<const KeyNode>();
    std::uint32_t index = 0;
    do {
      const KeyNode* found = wanted.empty() ? nullptr : find_element(wanted, index++);
      if (const Fault fault = value(found, depth)) return fault;
    } while (take(','));
    return take(']') ? nullptr : broken;
  }

  // Messages of a topic mostly have their keys in one order, so the next key is guessed and
  // compared with its closing quote in one go; only another one is measured, unescaped and
  // searched.
  Fault key(std::span<const KeyNode> nodes, std::size_t& expected, bool is_root,
            const KeyNode*& found) {
    if (next() != '"') return broken;
    if (expected < nodes.size()) {
      const QuotedKey& quoted = nodes[expected].quoted;
      if (!quoted.empty() && quoted.stands_at(json_ + *token_ + 1, end_)) {
        ++token_;
        found = &nodes[expected++];
        return nullptr;
      }
    }
    std::string_view key;
    if (const Fault fault = unquote(take_text(), key)) return fault;
    found = find_key(nodes, key);
    if (found != nullptr) {
      expected = static_cast<std::size_t>(found - nodes.data()) + 1;
    } else if (is_root && has_room()) {
      met_.push_back({expected, std::string(key)});
    }
    return nullptr;
  }

  // Where a new one fails, the first is all that has to be told.
  bool has_room() const {
    if (new_attribute_fails_) return met_.empty();
    return new_attributes_.size() + met_.size() < most_new_attributes;
  }

  Fault value(const KeyNode* node, int depth) {
    // What an earlier key of the same name has left below is void: the last one wins.
    if (node != nullptr) {
      for (const std::size_t cell : node->cells_below) cells_[cell] = Cell::missing();
    }
    switch (next()) {
      case '{':
      case '[':
        return container(node, depth + 1);
      case '"':
        return string(node);
      case '}':
      case ']':
      case ':':
      case ',':
      case ' ':
        return broken;
      default:
        return plain_scalar(take_text(), node);
    }
  }

  Fault container(const KeyNode* node, int depth) {
    const char* const begin = json_ + *token_;
    if (take('{')) {
      const auto below =
          node != nullptr ? std::span<const KeyNode>(node->below) : std::span<const KeyNode>();
      if (const Fault fault = object(below, depth)) return fault;
    } else {
      take('[');
      if (const Fault fault = array(node, depth)) return fault;
    }
    if (node != nullptr && node->is_wanted_whole()) {
      const char* const closing_bracket = json_ + token_[-1];
      const std::string_view text(begin, static_cast<std::size_t>(closing_bracket + 1 - begin));
      put(node, Cell::of_bytes(Cell::Kind::json, text), text);
    }
    return nullptr;
  }

  Fault string(const KeyNode* node) {
    const std::string_view token = take_text();
    std::string_view text;
    if (const Fault fault = unquote(token, text)) return fault;
    if (node == nullptr) return nullptr;
    const bool was_unescaped = text.data() != token.data() + 1;
    if (was_unescaped && node->value) text = arena_->copy(text);
    put(node, Cell::of_bytes(Cell::Kind::text, text), token);
    return nullptr;
  }

  // Where there is no escape, `text` is a part of the token; else it lives until the next call.
  Fault unquote(std::string_view token, std::string_view& text) {
    text = token.substr(1, token.size() - 2);
    if (!has_escapes_ || text.find('\\') == std::string_view::npos) return nullptr;
    const auto begun =
        unescaper_.iterate(token.data(), token.size(), token.size() + Arena::padding).get(escaped_);
    return begun || escaped_.get_string().get(text) ? bad_escape : nullptr;
  }

  Fault plain_scalar(std::string_view token, const KeyNode* node) {
    Cell cell;
    if (is_json_number(token)) {
      cell = Cell::of_bytes(Cell::Kind::number, token);
    } else if (token == "true" || token == "false") {
      cell = Cell::of_boolean(token == "true");
    } else if (token == "null") {
      cell = Cell::null();
    } else {
      return no_scalar;
    }
    if (node != nullptr) put(node, cell, token);
    return nullptr;
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
  Tokens tokens_;
  simdjson::ondemand::parser unescaper_;
  simdjson::ondemand::document escaped_;
  Arena* arena_ = nullptr;
  std::span<Cell> cells_;

  // The text at hand, and the token that is to be read next. Tokens at `limit_` and behind, where
  // the text ends, are of others.
  const char* json_ = nullptr;  // where tokens are counted from: the text begins there or behind
  const char* end_ = nullptr;
  std::uint32_t limit_ = 0;
  bool has_escapes_ = false;  // in any of its strings
  const std::uint32_t* token_ = nullptr;
};

JsonDecoder::JsonDecoder(std::span<const PlannedAttribute> attributes,
                         std::optional<std::size_t> explode, bool new_attribute_fails)
    : explodes_(explode.has_value()),
      walk_(std::make_unique<Walk>(attributes, explode, new_attribute_fails)) {}
JsonDecoder::~JsonDecoder() = default;

std::optional<JsonDecoder::Undecodable> JsonDecoder::decode(Batch& batch, std::uint32_t message) {
  return walk_->decode(batch, message);
}

void JsonDecoder::decode(Batch& batch, std::uint32_t first, std::uint32_t end,
                         const std::function<void(std::uint32_t, Undecodable)>& refuse) {
  walk_->decode(batch, first, end, refuse);
}

const std::vector<std::string>& JsonDecoder::new_attributes() const {
  return walk_->new_attributes();
}

}  // namespace sluice
