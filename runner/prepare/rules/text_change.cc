#include <fmt/format.h>

#include <cstring>

#include "action/rule_checks.h"
#include "base/excerpt.h"
#include "base/number.h"
#include "base/pattern.h"
#include "base/time_format.h"
#include "prepare/rules/change.h"
#include "prepare/rules/rule_text.h"

namespace sluice {
namespace {

// As for SQL expressions: a value that grew beyond is a mistake, and must not take all memory.
constexpr std::size_t most_bytes = 64 << 20;

bool is_too_long(std::size_t size, Reason& fault) {
  if (size > most_bytes) fault = "the result is longer than 64 MB";
  return size > most_bytes;
}

Cell text_cell(std::string_view text, Arena& arena) {
  return Cell::of_bytes(Cell::Kind::text, arena.copy(text));
}

Reason no_text(const Cell& cell) { return Reason::of_value(shown(cell), "is no text"); }

// Changes of a text: what each does with it is `changed`.
class TextChange : public Change {
 public:
  Cell made_of(const Cell& value, std::span<const Cell> record, Arena& arena,
               Reason& fault) const final {
    if (value.is_null_or_missing()) return value;
    const RuleText text(value);
    if (text.is_text()) return changed(value, text.view(), record, arena, fault);
    fault = no_text(value);
    return Cell();
  }

 private:
  virtual Cell changed(const Cell& value, std::string_view text, std::span<const Cell> record,
                       Arena& arena, Reason& fault) const = 0;
};

class Replace final : public TextChange {
 public:
  Replace(const PlannedRule& rule, const Moments& moments)
      : search_(rule.values[0], moments), replacement_(rule.values[1], moments) {}

 private:
  Cell changed(const Cell& value, std::string_view text, std::span<const Cell> record, Arena& arena,
               Reason& fault) const override {
    const RuleText search(search_.in(record));
    const RuleText replacement(replacement_.in(record));
    if (!is_usable(search_, search, record, fault)) return Cell();
    if (!is_usable(replacement_, replacement, record, fault)) return Cell();
    std::size_t count = 0;
    if (!search.view().empty()) {
      for (std::size_t at = text.find(search.view()); at != std::string_view::npos;
           at = text.find(search.view(), at + search.view().size())) {
        ++count;
      }
    }
    if (count == 0) return value;
    const std::size_t size =
        text.size() - count * search.view().size() + count * replacement.view().size();
    if (is_too_long(size, fault)) return Cell();
    return replaced(text, search.view(), replacement.view(), count, size, arena);
  }

  // NULL is nothing to look for, and nothing to put there.
  static bool is_usable(const Operand& operand, const RuleText& text, std::span<const Cell> record,
                        Reason& fault) {
    const Cell& cell = operand.in(record);
    if (text.is_text() || cell.is_null_or_missing()) return true;
    fault = no_text(cell);
    return false;
  }

  static Cell replaced(std::string_view text, std::string_view search, std::string_view replacement,
                       std::size_t count, std::size_t size, Arena& arena) {
    char* const begin = arena.allocate(size);
    char* end = begin;
    const auto append = [&end](std::string_view piece) {
      if (!piece.empty()) std::memcpy(end, piece.data(), piece.size());
      end += piece.size();
    };
    for (; count > 0; --count) {
      const std::size_t at = text.find(search);
      append(text.substr(0, at));
      append(replacement);
      text.remove_prefix(at + search.size());
    }
    append(text);
    return Cell::of_bytes(Cell::Kind::text, {begin, size});
  }

  Operand search_;
  Operand replacement_;
};

class RegexpReplace final : public TextChange {
 public:
  explicit RegexpReplace(const PlannedRule& rule)
      : pattern_(rule.first_text), replacement_(rule.second_text) {}

 private:
  Cell changed(const Cell& value, std::string_view text, std::span<const Cell>, Arena& arena,
               Reason& fault) const override {
    if (!pattern_.replace_all(text, replacement_, scratch_)) return value;
    if (is_too_long(scratch_.size(), fault)) return Cell();
    return text_cell(scratch_, arena);
  }

  Pattern pattern_;
  std::string replacement_;
  mutable std::string scratch_;  // keeps its memory
};

// Where the character stands that `count` others precede; the end where there are no more.
std::size_t skip_characters(std::string_view text, std::size_t at, std::uint64_t count) {
  if (count >= text.size() - at) return text.size();
  const auto continues = [&] {
    return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
  };
  for (; count > 0 && at < text.size(); --count) {
    ++at;
    while (continues()) ++at;
  }
  return at;
}

// Where the last `count` characters begin.
std::size_t last_characters(std::string_view text, std::uint64_t count) {
  std::size_t at = text.size();
  for (; count > 0 && at > 0; --count) {
    --at;
    while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) --at;
  }
  return at;
}

// A position or length.
class WholeNumber {
 public:
  WholeNumber(const RuleOperand& plan, const Moments& moments, std::string_view what)
      : operand_(plan, moments), what_(what) {
    if (const Cell* cell = operand_.constant()) constant_ = exact_integer(RuleText(*cell).view());
  }

  // Nothing, and a fault, where the operand is something else.
  std::optional<std::int64_t> in(std::span<const Cell> record, Reason& fault) const {
    if (constant_) return constant_;
    const Cell& cell = operand_.in(record);
    const auto number = exact_integer(RuleText(cell).view());
    if (!number) {
      fault = Reason::of_value(shown(cell), fmt::format("is no {}: a whole number", what_));
    }
    return number;
  }

 private:
  Operand operand_;
  std::string_view what_;
  std::optional<std::int64_t> constant_;
};

class Substring final : public TextChange {
 public:
  Substring(const PlannedRule& rule, const Moments& moments)
      : position_(rule.values[0], moments, "position") {
    if (rule.values.size() > 1) length_.emplace(rule.values[1], moments, "length");
  }

 private:
  Cell changed(const Cell& value, std::string_view text, std::span<const Cell> record, Arena& arena,
               Reason& fault) const override {
    const auto position = position_.in(record, fault);
    if (!position) return Cell();
    // Negated in 64 bits without a sign: there is one more negative number than positive.
    const std::size_t begin = *position < 0
                                  ? last_characters(text, -static_cast<std::uint64_t>(*position))
                                  : skip_characters(text, 0, static_cast<std::uint64_t>(*position));
    std::size_t end = text.size();
    if (length_) {
      const auto length = length_->in(record, fault);
      if (!length) return Cell();
      end = *length < 0 ? begin : skip_characters(text, begin, static_cast<std::uint64_t>(*length));
    }
    const std::string_view part = text.substr(begin, end - begin);
    // Bytes of a message stay where they are; digits of a number from SQL do not.
    const bool is_made = value.kind == Cell::Kind::integer || value.kind == Cell::Kind::real;
    return is_made ? text_cell(part, arena) : Cell::of_bytes(Cell::Kind::text, part);
  }

  WholeNumber position_;
  std::optional<WholeNumber> length_;
};

class DateReplace final : public TextChange {
 public:
  explicit DateReplace(const PlannedRule& rule)
      : written_(rule.first_text),
        from_(check_time_format(rule_time_directives(rule.first_text)).format),
        to_(rule_time_directives(rule.second_text)) {}

 private:
  Cell changed(const Cell& value, std::string_view text, std::span<const Cell>, Arena& arena,
               Reason& fault) const override {
    const auto moment = parse_time(text, from_);
    if (!moment) {
      fault = Reason::of_value(shown(value),
                               fmt::format("is not a time as \"{}\"", excerpt(written_, 60)));
      return Cell();
    }
    scratch_.clear();
    write_time(*moment, to_, scratch_);
    return text_cell(scratch_, arena);
  }

  std::string written_;
  TimeFormat from_;
  std::string to_;
  mutable std::string scratch_;
};

// Puts texts behind the value. NULL is nothing to put there; of NULLs alone NULL is made.
class Concat final : public Change {
 public:
  Concat(const PlannedRule& rule, const Moments& moments) {
    for (const RuleOperand& value : rule.values) pieces_.emplace_back(value, moments);
  }

  Cell made_of(const Cell& value, std::span<const Cell> record, Arena& arena,
               Reason& fault) const override {
    std::size_t size = 0;
    bool is_null = value.is_null_or_missing();
    if (!measure(value, size, fault)) return Cell();
    for (const Operand& piece : pieces_) {
      const Cell& cell = piece.in(record);
      if (!measure(cell, size, fault)) return Cell();
      is_null = is_null && cell.is_null_or_missing();
    }
    if (is_null) return value;
    if (is_too_long(size, fault)) return Cell();
    char* const begin = arena.allocate(size);
    char* end = append(begin, value);
    for (const Operand& piece : pieces_) end = append(end, piece.in(record));
    return Cell::of_bytes(Cell::Kind::text, {begin, size});
  }

 private:
  static bool measure(const Cell& cell, std::size_t& size, Reason& fault) {
    const RuleText text(cell);
    size += text.view().size();
    if (text.is_text() || cell.is_null_or_missing()) return true;
    fault = no_text(cell);
    return false;
  }

  static char* append(char* at, const Cell& cell) {
    const RuleText text(cell);
    if (!text.view().empty()) std::memcpy(at, text.view().data(), text.view().size());
    return at + text.view().size();
  }

  std::vector<Operand> pieces_;
};

}  // namespace

std::unique_ptr<Change> make_text_change(const PlannedRule& rule, const Moments& moments) {
  switch (rule.action) {
    case RuleAction::replace:
      return std::make_unique<Replace>(rule, moments);
    case RuleAction::regexp_replace:
      return std::make_unique<RegexpReplace>(rule);
    case RuleAction::substring:
      return std::make_unique<Substring>(rule, moments);
    case RuleAction::date_replace:
      return std::make_unique<DateReplace>(rule);
    default:
      return std::make_unique<Concat>(rule, moments);
  }
}

}  // namespace sluice
