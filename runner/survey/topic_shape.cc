#include "survey/topic_shape.h"

#include <fmt/format.h>

#include <algorithm>

#include "catalog/wording.h"
#include "survey/column_names.h"

namespace sluice {
namespace {

constexpr std::size_t longest_declared = 200;  // bytes; YAML has a limit for the length of a key

// Whether the values are objects with keys of their own, each of which is worth a column.
bool has_columns_below(const ValueProfile& profile) {
  return profile.is_only({Seen::object}) && !profile.is_too_deep() &&
         !profile.has_too_many_members() && !profile.members().empty();
}

std::string why_whole(const ValueProfile& profile) {
  if (profile.has_too_many_members()) {
    return fmt::format("more than {} different keys: kept as JSON", ValueProfile::most_members);
  }
  if (profile.is_too_deep()) {
    return fmt::format("nested deeper than {} levels: kept as JSON", ValueProfile::most_depth);
  }
  return "an empty object: kept as JSON";
}

class Columns {
 public:
  Columns(TopicShape& shape, std::int64_t messages) : shape_(shape), messages_(messages) {}

  void add_below(const ValueProfile& profile, const Path& path) {
    for (const ValueProfile::Member& member : profile.members()) {
      Path below = path;
      below.emplace_back(member.key);
      if (has_columns_below(member.value)) {
        add_below(member.value, below);
      } else {
        add(member.value, std::move(below));
      }
    }
  }

  void tell_left_out() {
    if (left_out_ == 0) return;
    shape_.remarks.push_back(
        fmt::format("{} more attributes are left out: a table has at most {} columns here",
                    left_out_, most_columns));
  }

 private:
  void add(const ValueProfile& profile, Path path) {
    if (!can_be_mapped(path)) return;
    if (shape_.columns.size() >= most_columns) {
      ++left_out_;
      return;
    }
    auto [name, remark] = names_.take(path);
    auto [spec, remarks] = guess_type(profile);
    if (!remark.empty()) remarks.insert(remarks.begin(), remark);
    if (profile.is_only({Seen::object})) remarks.push_back(why_whole(profile));
    const bool nullable = profile.values() < messages_;
    shape_.columns.push_back({std::move(name), std::move(path), std::move(spec), nullable,
                              std::move(remarks), &profile});
  }

  // Names with a "$" are the broker's.
  bool can_be_mapped(const Path& path) {
    const std::string& first = path.front().key;
    if (!first.starts_with('$') || (path.size() > 1 && first != "$element")) return true;
    shape_.remarks.push_back(
        fmt::format("attribute {} is left out: names that begin with $ are the broker's fields",
                    in_quotes(notation(path))));
    return false;
  }

  TopicShape& shape_;
  std::int64_t messages_;
  ColumnNames names_;
  std::int64_t left_out_ = 0;
};

bool can_be_declared(std::string_view name) {
  return !name.empty() && name.size() <= longest_declared &&
         name.find('\0') == std::string_view::npos;
}

std::vector<TopicShape::Attribute> attributes_of(const ValueProfile& root) {
  std::vector<TopicShape::Attribute> attributes;
  for (const ValueProfile::Member& member : root.members()) {
    // What is left out of the declaration could not be mapped: all or none.
    if (!can_be_declared(member.key)) return {};
    const bool is_object = member.value.is_only({Seen::object});
    attributes.push_back(
        {member.key, is_object ? ColumnType::json : guess_type(member.value).spec.type});
  }
  return attributes;
}

void shape_objects(const TopicProfile& profile, TopicShape& shape) {
  Columns columns(shape, profile.objects());
  columns.add_below(profile.root(), {});
  columns.tell_left_out();
  if (profile.root().has_too_many_members()) {
    shape.remarks.push_back(
        fmt::format("more than {} different attributes: the others were not "
                    "looked at",
                    ValueProfile::most_root_members));
  } else {
    shape.attributes = attributes_of(profile.root());
  }
  if (const auto& others = profile.no_objects(); others.count > 0) {
    shape.remarks.push_back(
        fmt::format("{} of {} messages are no JSON objects and will be rejects, the first {}: {}",
                    others.count, profile.messages(), others.first, others.reason));
  }
}

void shape_raw(const TopicProfile& profile, TopicShape& shape) {
  shape.format = MessageFormat::raw;
  const ValueProfile& raw = profile.raw();
  Guess guess = profile.not_utf8() > 0 ? Guess{ColumnType::blob} : guess_type(raw);
  if (profile.not_utf8() > 0) {
    guess.remarks.push_back(fmt::format("{} of {} values are not UTF-8: kept as their bytes",
                                        profile.not_utf8(), profile.messages()));
  }
  if (profile.objects() > 0 && guess.spec.type != ColumnType::blob) {
    guess = raw.is_only({Seen::array}) ? Guess{ColumnType::json} : Guess{ColumnType::text};
    guess.remarks.push_back(
        fmt::format("{} of {} messages are JSON objects", profile.objects(), profile.messages()));
  }
  if (raw.is_only({Seen::array}) && guess.spec.type == ColumnType::json) {
    guess.remarks.emplace_back(
        "each message is a JSON array, which \"explode\" cannot take at the root: kept whole; "
        "json_each() takes it apart in SQL");
  }
  shape.columns.push_back({"value", {"$value"}, guess.spec, false, std::move(guess.remarks), &raw});
}

}  // namespace

TopicShape shape_of(const TopicProfile& profile) {
  TopicShape shape;
  const std::int64_t others = profile.no_objects().count;
  if (profile.objects() + others == 0) return shape;
  if (profile.objects() >= others) {
    shape_objects(profile, shape);
  } else {
    shape_raw(profile, shape);
  }
  return shape;
}

}  // namespace sluice
