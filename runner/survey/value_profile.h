#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "record/document_reader.h"
#include "survey/number_text.h"

namespace sluice {

// What a value can be taken for. A date and a datetime are texts of ISO 8601.
enum class Seen { null, boolean, integer, number, date, datetime, text, array, object };
inline constexpr std::array all_seen = {Seen::null,   Seen::boolean, Seen::integer,
                                        Seen::number, Seen::date,    Seen::datetime,
                                        Seen::text,   Seen::array,   Seen::object};
std::string_view name_of(Seen seen);

// How many different values there were, exact up to a bound. Values are told apart by hashes of 64
// bits: that two of some thousands are alike does not happen.
class Distinct {
 public:
  static constexpr std::size_t most = 5'000;

  void add(std::string_view value);
  std::size_t count() const { return hashes_.size(); }
  bool is_exact() const { return !has_more_; }

 private:
  std::unordered_set<std::size_t> hashes_;
  bool has_more_ = false;
};

// Numbers, whole ones and others.
struct NumberFacts {
  std::optional<NumberText> least;
  std::optional<NumberText> most;
  std::int64_t least_scale = std::numeric_limits<std::int64_t>::max();
  std::int64_t most_scale = 0;
  std::int64_t most_whole_digits = 0;
  bool all_in_64_bits = true;  // those that are whole
  bool all_exact_in_double = true;
};

// Texts, dates and times among them.
struct TextFacts {
  std::string least;  // in the order of bytes; cut
  std::string most;
  std::size_t shortest = std::numeric_limits<std::size_t>::max();  // characters
  std::size_t longest = 0;
  std::int64_t booleans = 0;   // "true" or "false"
  std::int64_t integers = 0;   // texts that are whole numbers
  int most_second_digits = 0;  // of datetimes, as written
  std::int64_t without_zone = 0;
};

// What was seen of one attribute, or of one key of an object in it, over all messages.
class ValueProfile {
 public:
  // Objects are looked into down to this depth; those with more keys than `most_members` are taken
  // for maps, whose keys are data.
  static constexpr std::size_t most_depth = 5;
  static constexpr std::size_t most_members = 100;
  // Of the message itself: as many as a table can have columns and some more.
  static constexpr std::size_t most_root_members = 3'000;

  explicit ValueProfile(std::size_t depth = 0);

  void add(const DocumentValue& value);
  // A whole message that is no JSON object.
  void add_raw(std::string_view bytes);

  std::int64_t count(Seen seen) const { return seen_[static_cast<std::size_t>(seen)]; }
  std::int64_t present() const;
  std::int64_t values() const { return present() - count(Seen::null); }
  // Whether nothing but these was seen, nulls aside, and something was.
  bool is_only(std::initializer_list<Seen> kinds) const;

  const NumberFacts& numbers() const { return numbers_; }
  const TextFacts& texts() const { return texts_; }
  const Distinct& distinct() const { return distinct_; }

  struct Member;
  const std::vector<Member>& members() const { return members_; }  // in the order they were met
  bool has_too_many_members() const { return members_left_out_ > 0; }
  bool is_too_deep() const { return depth_ >= most_depth; }
  std::int64_t members_left_out() const { return members_left_out_; }  // times, not keys

 private:
  void note(Seen seen) { ++seen_[static_cast<std::size_t>(seen)]; }
  void add_number(std::string_view written);
  void add_text(std::string_view text);
  void note_time(std::string_view text);
  void note_text(std::string_view text);
  void add_members(const DocumentValue& object);

  std::size_t depth_;
  std::array<std::int64_t, all_seen.size()> seen_{};
  NumberFacts numbers_;
  TextFacts texts_;
  Distinct distinct_;
  std::vector<Member> members_;
  std::map<std::string, std::size_t, std::less<>> member_numbers_;
  std::int64_t members_left_out_ = 0;
};

struct ValueProfile::Member {
  std::string key;
  ValueProfile value;
};

}  // namespace sluice
