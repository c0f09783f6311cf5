#include "action/override.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/excerpt.h"

namespace sluice {
namespace {

using Kind = JsonNode::Kind;

std::shared_ptr<const SourceText> document_of(const Override& change) {
  if (!change.option.empty()) {
    return std::make_shared<const SourceText>(SourceText{change.option, change.value});
  }
  return std::make_shared<const SourceText>(SourceText{
      fmt::format("--set {}", change.key), fmt::format("{}={}", change.key, change.value)});
}

// JSON where it is JSON, else the text as typed: nobody wants to quote quotes in a shell.
JsonNode value_of(const std::shared_ptr<const SourceText>& document, const Override& change,
                  Problems& problems) {
  const std::size_t begin = change.option.empty() ? change.key.size() + 1 : 0;
  Problems found;
  auto node = parse_json_value(document, begin, found);
  if (node) {
    for (const Problem& problem : found.errors()) problems.add(problem.place, problem.message);
    return std::move(*node);
  }
  JsonNode text;
  text.kind = Kind::text;
  text.spot = {document, begin};
  text.written = fmt::format("\"{}\"", change.value);
  text.text = change.value;
  return text;
}

std::string wanted_index(std::size_t size) {
  if (size == 0) return "this array is empty";
  if (size == 1) return "this array has 1 element: write 0 here";
  return fmt::format("this array has {} elements: write a number from 0 to {} here", size,
                     size - 1);
}

// Steps down a dotted path.
class Descent {
 public:
  Descent(std::shared_ptr<const SourceText> document, JsonNode& root, Problems& problems)
      : document_(std::move(document)), at_(&root), problems_(problems) {}

  bool step(std::string_view name, std::size_t offset) {
    const Spot spot{document_, offset};
    if (name.empty()) return fail(spot, "a key is missing between the dots");
    if (at_->is(Kind::array)) return step_into_array(name, spot);
    if (at_->is(Kind::null)) at_->kind = Kind::object;  // null is as good as absent
    if (!at_->is(Kind::object)) return fail(spot, "what stands before this key is not an object");
    return step_into_object(name, spot);
  }

  // Puts the value where the path led; from now on it was written on the command line.
  void put(JsonNode value) {
    *at_ = std::move(value);
    if (key_ != nullptr) key_->spot = key_spot_;
  }

 private:
  bool fail(const Spot& spot, std::string message) {
    problems_.add(spot.place(), std::move(message));
    return false;
  }

  bool step_into_object(std::string_view name, const Spot& spot) {
    auto& members = at_->members;
    auto found = std::find_if(members.begin(), members.end(),
                              [&](const JsonMember& member) { return member.key == name; });
    if (found == members.end()) {
      JsonNode empty;  // an object unless it turns out to be the last
      empty.kind = Kind::object;
      empty.spot = spot;
      found = members.insert(members.end(), JsonMember{std::string(name), spot, std::move(empty)});
    }
    at_ = &found->value;
    key_ = &*found;
    key_spot_ = spot;
    return true;
  }

  bool step_into_array(std::string_view name, const Spot& spot) {
    auto& items = at_->items;
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
    const bool is_number = error == std::errc() && end == name.data() + name.size();
    if (!is_number && items.size() == 1) {
      at_ = &items.front();
      return step(name, spot.offset);
    }
    if (!is_number || index >= items.size()) {
      return fail(spot, wanted_index(items.size()));
    }
    at_ = &items[index];
    key_ = nullptr;
    return true;
  }

  std::shared_ptr<const SourceText> document_;
  JsonNode* at_;
  JsonMember* key_ = nullptr;  // of the value, where it stands in an object
  Spot key_spot_;
  Problems& problems_;
};

void apply(const Override& change, JsonNode& root, Problems& problems) {
  const auto document = document_of(change);
  Descent descent(document, root, problems);
  const std::string_view path = change.key;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('.', begin), path.size());
    const std::size_t spot = change.option.empty() ? begin : 0;
    if (!descent.step(path.substr(begin, end - begin), spot)) return;
    begin = end + 1;
  }
  descent.put(value_of(document, change, problems));
}

}  // namespace

void apply_overrides(std::span<const Override> overrides, JsonNode& root, Problems& problems) {
  for (const Override& change : overrides) apply(change, root, problems);
}

}  // namespace sluice
