#include <array>

#include "action/parts.h"
#include "action/read_value.h"

namespace sluice {
namespace {

using Kind = JsonNode::Kind;

constexpr std::int64_t least_memory_bytes = 16 << 20;

const std::array<std::string, 1> action_types = {"load"};
const std::array<std::string, 2> modes = {"serverless", "always-up"};
const std::array<std::string, 2> ends = {"timeout", "end"};
const std::array<std::string, 3> reactions = {"fail", "skip", "wait"};
const std::array<std::string, 2> reactions_to_loss = {"fail", "skip"};
const std::array<std::string, 2> reactions_to_change = {"fail", "restart"};
const std::array<std::string, 1> segment_types = {"automatic"};
const std::array<std::string, 2> write_modes = {"append", "upsert"};

std::optional<std::int64_t> positive_count_of(const JsonNode& object, std::string_view key,
                                              Problems& problems) {
  const JsonMember* member = present(object, key);
  return member == nullptr ? std::nullopt : read_count(*member, 1, problems);
}

std::optional<std::chrono::milliseconds> duration_of(const JsonNode& object, std::string_view key,
                                                     Problems& problems) {
  const JsonMember* member = present(object, key);
  return member == nullptr ? std::nullopt : read_duration(*member, Zero::refused, problems);
}

// The member's word as the enumerator of the same position.
template <class Enum, std::size_t count>
void take_word(const JsonNode& object, std::string_view key,
               const std::array<std::string, count>& words, Enum& into, Problems& problems) {
  const JsonMember* member = object.find(key);
  if (member == nullptr) return;
  if (const auto word = read_word(*member, words, problems)) into = static_cast<Enum>(*word);
}

void parse_identity(const JsonNode& document, Action& action, Problems& problems) {
  if (const JsonMember* name = document.find("name")) {
    if (auto text = read_text(*name, problems)) action.name = std::move(*text);
  }
  if (const JsonMember* type = document.find("type")) read_word(*type, action_types, problems);
}

// The default holds for a job that ends; one that is always up ends by its signal.
void parse_timeout(const JsonNode& document, Action& action, Problems& problems) {
  const bool always_up = action.execution_mode == ExecutionMode::always_up;
  const JsonMember* timeout = document.find("timeout");
  if (timeout == nullptr) {
    if (always_up) action.timeout.reset();
  } else if (!timeout->value.is(Kind::null)) {
    action.timeout = read_duration(*timeout, Zero::refused, problems);
  } else if (always_up) {
    action.timeout.reset();
  } else {
    problems.add(timeout->value.place(),
                 "\"timeout\" may only be null with \"execution_mode\": \"always-up\"");
  }
}

void parse_stop_rules(const JsonNode& document, Action& action, Problems& problems) {
  take_word(document, "execution_mode", modes, action.execution_mode, problems);
  parse_timeout(document, action, problems);
  take_word(document, "until", ends, action.until, problems);
  if (action.until == Until::end && action.execution_mode == ExecutionMode::always_up) {
    problems.add(document.find("until")->value.place(),
                 "\"until\": \"end\" contradicts \"execution_mode\": \"always-up\", which goes on "
                 "until a signal");
  }
  action.max_messages = positive_count_of(document, "max_messages", problems);
  action.idle_timeout = duration_of(document, "idle_timeout", problems);
}

void parse_segmentation(const JsonNode& document, Action& action, Findings& findings) {
  if (const auto instances = positive_count_of(document, "instances", findings.problems)) {
    action.instances = *instances;
  }
  const JsonMember* segmentation = present(document, "segmentation");
  if (segmentation == nullptr || !is_object(*segmentation, findings.problems)) return;
  check_keys(segmentation->value, Level::segmentation, findings);
  if (const JsonMember* active = segmentation->value.find("active")) {
    action.segmentation_active = read_boolean(*active, findings.problems).value_or(false);
  }
  if (const JsonMember* type = segmentation->value.find("type")) {
    read_word(*type, segment_types, findings.problems);
  }
}

// `concurrent_executions` is the original's word for what `if_running` says.
void parse_neighbours(const JsonNode& document, Action& action, Problems& problems) {
  take_word(document, "if_running", reactions, action.if_running, problems);
  if (const JsonMember* concurrent = present(document, "concurrent_executions")) {
    const auto wanted = read_boolean(*concurrent, problems);
    if (wanted == true && document.find("if_running") == nullptr) {
      action.if_running = IfRunning::wait;
    } else if (wanted == true && action.if_running != IfRunning::wait) {
      problems.add(concurrent->place(),
                   "\"concurrent_executions\": true means \"if_running\": \"wait\", which the "
                   "document contradicts");
    }
  }
  if (const JsonMember* lock_timeout = document.find("lock_timeout")) {
    const auto wait = read_duration(*lock_timeout, Zero::allowed, problems);
    if (wait) action.lock_timeout = *wait;
  }
}

// Which row of a key is kept.
void parse_write_mode(const JsonNode& params, Action& action, Problems& problems) {
  if (const JsonMember* mode = present(params, "write_mode")) {
    const auto word = read_word(*mode, write_modes, problems);
    if (!word) return;
    action.write_mode = {static_cast<WriteMode>(*word), mode->value.place()};
  }
  const JsonMember* newest_by = present(params, "newest_by");
  if (newest_by == nullptr) return;
  if (auto column = read_text(*newest_by, problems)) {
    action.newest_by = {std::move(*column), newest_by->value.place()};
  }
  if (action.write_mode.value == WriteMode::upsert) return;
  problems.add(newest_by->place(),
               "\"newest_by\" says which row of a key is kept, which needs \"write_mode\": "
               "\"upsert\"");
}

void parse_memory(const JsonNode& document, Action& action, Problems& problems) {
  const JsonMember* limit = present(document, "memory_limit");
  if (limit == nullptr) return;
  const auto bytes = read_byte_size(*limit, problems);
  if (!bytes) return;
  if (*bytes >= least_memory_bytes) {
    action.memory_limit_bytes = bytes;
  } else {
    report_wrong(*limit, "at least \"16MB\"", problems);
  }
}

void parse_publication(const JsonNode& document, Action& action, Problems& problems) {
  const JsonMember* group = present(document, "publish_group");
  if (group != nullptr) action.publish_group = read_text(*group, problems);
}

}  // namespace

void parse_settings(const JsonNode& document, Action& action, Findings& findings) {
  parse_identity(document, action, findings.problems);
  parse_stop_rules(document, action, findings.problems);
  parse_segmentation(document, action, findings);
  parse_neighbours(document, action, findings.problems);
  parse_memory(document, action, findings.problems);
  parse_publication(document, action, findings.problems);
}

void parse_params_settings(const JsonNode& params, Action& action, Problems& problems) {
  action.load_batch_size = positive_count_of(params, "load_batch_size", problems);
  action.load_batch_interval = duration_of(params, "load_batch_interval", problems);
  parse_write_mode(params, action, problems);
  if (present(params, "on_data_loss") != nullptr) {
    take_word(params, "on_data_loss", reactions_to_loss, action.on_data_loss, problems);
  }
  if (present(params, "on_topic_changed") != nullptr) {
    take_word(params, "on_topic_changed", reactions_to_change, action.on_topic_changed, problems);
  }
}

}  // namespace sluice
