#include "survey/value_profile.h"

#include <algorithm>

#include "base/json_check.h"
#include "base/json_number.h"
#include "base/number.h"
#include "base/utf8.h"
#include "types/time_value.h"

namespace sluice {
namespace {

using DocumentKind = DocumentValue::Kind;

constexpr std::size_t iso_date_size = 10;
constexpr std::size_t most_kept = 200;  // bytes of a least or greatest text

// A column of this kind takes the text as it is.
bool is_time(std::string_view text, ColumnType type) {
  ColumnSpec spec = type;
  spec.digits = 9;
  return read_time(Cell::of_bytes(Cell::Kind::text, text), spec).fault == TimeFault::none;
}

Seen kind_of_text(std::string_view text) {
  if (text.size() < iso_date_size || text.size() > longest_iso8601) return Seen::text;
  if (text.size() == iso_date_size)
    return is_time(text, ColumnType::date) ? Seen::date : Seen::text;
  return is_time(text, ColumnType::datetime) ? Seen::datetime : Seen::text;
}

// "3.0" looks whole and was written by somebody who counts with fractions.
bool is_whole(const NumberText& number) {
  return number.scale == 0 && (!number.has_exponent || number.exponent <= 19);
}

std::string_view kept(std::string_view text) {
  if (text.size() <= most_kept) return text;
  std::size_t end = most_kept;
  while (end > 0 && utf8_sequence_length(text.substr(end)) == 0) --end;
  return text.substr(0, end);
}

}  // namespace

std::string_view name_of(Seen seen) {
  constexpr std::array<std::string_view, all_seen.size()> names = {
      "null", "boolean", "integer", "number", "date", "datetime", "text", "array", "object"};
  return names[static_cast<std::size_t>(seen)];
}

void Distinct::add(std::string_view value) {
  const std::size_t hash = std::hash<std::string_view>()(value);
  if (hashes_.size() < most) {
    hashes_.insert(hash);
  } else if (!has_more_) {
    has_more_ = !hashes_.contains(hash);
  }
}

ValueProfile::ValueProfile(std::size_t depth) : depth_(depth) {}

std::int64_t ValueProfile::present() const {
  std::int64_t sum = 0;
  for (const std::int64_t seen : seen_) sum += seen;
  return sum;
}

bool ValueProfile::is_only(std::initializer_list<Seen> kinds) const {
  std::int64_t sum = 0;
  for (const Seen kind : kinds) sum += count(kind);
  return sum > 0 && sum == values();
}

void ValueProfile::add(const DocumentValue& value) {
  switch (value.kind) {
    case DocumentKind::null:
      return note(Seen::null);
    case DocumentKind::boolean:
      note(Seen::boolean);
      return distinct_.add(value.text);
    case DocumentKind::number:
      return add_number(value.text);
    case DocumentKind::text:
      return add_text(value.text);
    case DocumentKind::array:
      note(Seen::array);
      note_text(value.text);
      return distinct_.add(value.text);
    case DocumentKind::object:
      note(Seen::object);
      if (depth_ > 0) {
        note_text(value.text);
        distinct_.add(value.text);
      }
      return add_members(value);
  }
}

void ValueProfile::add_raw(std::string_view bytes) {
  if (is_json_number(bytes)) return add_number(bytes);
  const bool is_nested = bytes.starts_with('[') || bytes.starts_with('{');
  if (!is_nested || !is_json(bytes)) return add_text(bytes);
  note(bytes.starts_with('[') ? Seen::array : Seen::object);
  note_text(bytes);
  distinct_.add(bytes);
}

void ValueProfile::add_number(std::string_view written) {
  NumberText number = read_number(written);
  distinct_.add(number.canonical());
  NumberFacts& facts = numbers_;
  facts.least_scale = std::min(facts.least_scale, number.scale);
  facts.most_scale = std::max(facts.most_scale, number.scale);
  facts.most_whole_digits = std::max(facts.most_whole_digits, number.whole_digits());
  facts.all_exact_in_double = facts.all_exact_in_double && is_exact_in_double(number);
  if (is_whole(number)) {
    note(Seen::integer);
    facts.all_in_64_bits = facts.all_in_64_bits && exact_integer(written).has_value();
  } else {
    note(Seen::number);
  }
  if (!facts.least || number < *facts.least) facts.least = number;
  if (!facts.most || number > *facts.most) facts.most = std::move(number);
}

void ValueProfile::add_text(std::string_view text) {
  const Seen kind = kind_of_text(text);
  note(kind);
  note_text(text);
  distinct_.add(text);
  if (kind == Seen::datetime) note_time(text);
  if (text == "true" || text == "false") ++texts_.booleans;
  if (is_json_number(text) && exact_integer(text)) ++texts_.integers;
}

void ValueProfile::note_time(std::string_view text) {
  const std::string_view clock = text.substr(iso_date_size);
  const std::size_t zone = clock.find_first_of("Z+-");
  if (zone == std::string_view::npos) ++texts_.without_zone;
  const std::string_view time = clock.substr(0, zone);
  const std::size_t point = time.find_first_of(".,");
  if (point == std::string_view::npos) return;
  texts_.most_second_digits =
      std::max(texts_.most_second_digits, static_cast<int>(time.size() - point - 1));
}

void ValueProfile::note_text(std::string_view text) {
  const bool is_first = texts_.longest == 0 && texts_.shortest > text.size();
  const std::size_t length = utf8_length(text);
  texts_.shortest = std::min(texts_.shortest, length);
  texts_.longest = std::max(texts_.longest, length);
  const std::string_view shown = kept(text);
  if (is_first || shown < texts_.least) texts_.least = shown;
  if (is_first || shown > texts_.most) texts_.most = shown;
}

void ValueProfile::add_members(const DocumentValue& object) {
  if (is_too_deep()) return;
  for (const DocumentMember& member : object.members) {
    auto known = member_numbers_.find(member.key);
    if (known == member_numbers_.end()) {
      if (members_.size() >= (depth_ == 0 ? most_root_members : most_members)) {
        ++members_left_out_;
        continue;
      }
      known = member_numbers_.emplace(std::string(member.key), members_.size()).first;
      members_.push_back({std::string(member.key), ValueProfile(depth_ + 1)});
    }
    members_[known->second].value.add(member.value);
  }
}

}  // namespace sluice
