#include "record/tokens.h"

#include <simdjson.h>

#include <algorithm>
#include <new>

#include "data/arena.h"

namespace sluice {
namespace {

static_assert(Arena::padding >= simdjson::SIMDJSON_PADDING, "simdjson reads behind a text");

constexpr std::size_t first_capacity = 64 << 10;

const char* sentence_for(simdjson::error_code code) {
  switch (code) {
    case simdjson::UTF8_ERROR:
      return "not JSON: invalid UTF-8";
    case simdjson::UNCLOSED_STRING:
      return "not JSON: a string is not closed";
    case simdjson::UNESCAPED_CHARS:
      return "not JSON: a string holds a control character";
    case simdjson::EMPTY:
      return "not JSON: there is no value";
    default:
      return simdjson::error_message(code);
  }
}

}  // namespace

Tokens::Tokens() {
  const auto made = simdjson::get_active_implementation()->create_dom_parser_implementation(
      first_capacity, 1, stage_);
  if (made != simdjson::SUCCESS) throw std::bad_alloc();
  capacity_ = first_capacity;
}

Tokens::~Tokens() = default;

void Tokens::grow(std::size_t capacity) {
  if (stage_->set_capacity(capacity) != simdjson::SUCCESS) throw std::bad_alloc();
  capacity_ = capacity;
}

const char* Tokens::find(std::string_view text) {
  if (text.size() >= simdjson::SIMDJSON_MAXSIZE_BYTES) return "the value is larger than 4 GB";
  if (text.size() > capacity_) {
    grow(std::min(2 * text.size(), simdjson::SIMDJSON_MAXSIZE_BYTES));
  }
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  const auto code = stage_->stage1(bytes, text.size(), simdjson::stage1_mode::regular);
  if (code != simdjson::SUCCESS) return sentence_for(code);
  std::uint32_t* const found = stage_->structural_indexes.get();
  begin_ = found;
  end_ = found + stage_->n_structural_indexes;
  found[stage_->n_structural_indexes] = static_cast<std::uint32_t>(text.size());
  return nullptr;
}

}  // namespace sluice
