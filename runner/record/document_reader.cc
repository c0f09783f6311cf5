#include "record/document_reader.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "base/error.h"
#include "data/batch.h"
#include "record/json_decoder.h"
#include "record/token.h"

namespace sluice {
namespace {

namespace ondemand = simdjson::ondemand;
using DocumentKind = DocumentValue::Kind;

// What a decoder has found good has no fault left.
template <class T>
T good(simdjson::simdjson_result<T>&& result) {
  T value{};
  if (const auto error = std::move(result).get(value)) {
    throw Error(ExitCode::our_bug,
                fmt::format("a document that was checked: {}", simdjson::error_message(error)));
  }
  return value;
}

// Of duplicate keys the last one stays.
void drop_overwritten(std::vector<DocumentMember>& members) {
  std::unordered_set<std::string_view> seen;
  const auto kept = std::remove_if(
      members.rbegin(), members.rend(),
      [&seen](const DocumentMember& member) { return !seen.insert(member.key).second; });
  members.erase(members.begin(), kept.base());
}

}  // namespace

class DocumentReader::Parser {
 public:
  Result read(const Message& message) {
    Message alone = message;
    alone.partition = 0;
    batch_.clear();
    batch_.take(alone);
    if (auto fault = decoder_.decode(batch_, 0)) {
      return {.root = {}, .fault = std::move(fault->reason)};
    }
    Bytes json = batch_.messages()[0].record.value;
    if (json.starts_with("\xEF\xBB\xBF")) json.remove_prefix(3);
    if (const auto error = parser_.iterate(json.data(), json.size(), json.size() + Arena::padding)
                               .get(document_)) {
      return {.root = {}, .fault = simdjson::error_message(error)};
    }
    Result result;
    result.root.kind = DocumentKind::object;
    result.root.text = json;
    result.root.members = members(good(document_.get_object()));
    return result;
  }

 private:
  std::vector<DocumentMember> members(ondemand::object object) {
    std::vector<DocumentMember> all;
    for (auto each : object) {
      ondemand::field field = good(std::move(each));
      const std::string_view key = good(field.unescaped_key());
      all.push_back({key, value(field.value())});
    }
    drop_overwritten(all);
    return all;
  }

  DocumentValue value(ondemand::value value) {
    const char* begin = value.raw_json_token().data();
    switch (good(value.type())) {
      case ondemand::json_type::object: {
        DocumentValue read;
        read.kind = DocumentKind::object;
        read.members = members(good(value.get_object()));
        // The parser now stands at the next token; before it are blanks and our closing bracket.
        const char* next = good(document_.current_location());
        read.text = without_trailing_space({begin, static_cast<std::size_t>(next - begin)});
        return read;
      }
      case ondemand::json_type::array:
        return {DocumentKind::array,
                without_trailing_space(good(good(value.get_array()).raw_json())),
                {}};
      case ondemand::json_type::string:
        return {DocumentKind::text, good(value.get_string()), {}};
      default:
        return scalar(without_trailing_space(value.raw_json_token()));
    }
  }

  static DocumentValue scalar(std::string_view token) {
    if (token == "null") return {DocumentKind::null, token, {}};
    const bool is_boolean = token == "true" || token == "false";
    return {is_boolean ? DocumentKind::boolean : DocumentKind::number, token, {}};
  }

  Batch batch_{0, 0, 1};
  JsonDecoder decoder_{{}};
  ondemand::parser parser_;
  ondemand::document document_;
};

DocumentReader::DocumentReader() : parser_(std::make_unique<Parser>()) {}
DocumentReader::~DocumentReader() = default;

DocumentReader::Result DocumentReader::read(const Message& message) {
  return parser_->read(message);
}

}  // namespace sluice
