// Each setting of an action, with who said so.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "action/settings.h"

using namespace sluice;

namespace {

std::string line_of(const std::vector<Setting>& settings, const std::string& key) {
  const auto found = std::ranges::find(settings, key, &Setting::key);
  if (found == settings.end()) return "not there";
  return fmt::format("{} ({})", found->value, found->origin);
}

std::vector<Setting> settings_for(std::string text, const std::vector<Override>& overrides = {}) {
  return settings_of(std::make_shared<SourceText>(SourceText{"x.json", std::move(text)}),
                     overrides);
}

}  // namespace

TEST_CASE("a setting comes from the document, an option, or is the default") {
  const auto settings = settings_for(R"({
  "params": {
    "load_from": [{ "source": "dwh/shop/orders", "offset_number": { "0": 7 } }],
    "max_rejects": 5
  },
  "timeout": "5m"
})",
                                     {{"until", "end", "--until"}, {"params.max_rejects", "9"}});
  CHECK(line_of(settings, "timeout") == "5m (x.json:6:14)");
  CHECK(line_of(settings, "until") == "end (--until)");
  CHECK(line_of(settings, "params.max_rejects") == "9 (--set)");
  CHECK(line_of(settings, "if_running") == "fail (default)");
  CHECK(line_of(settings, "max_messages") == "none (default)");
  CHECK(line_of(settings, "params.load_from.0.offset_number") == "{\"0\":7} (x.json:3:67)");
  CHECK(line_of(settings, "params.load_from.0.format") == "json (default)");
  CHECK(line_of(settings, "name") == "not there");
}

TEST_CASE("a default may depend on another setting") {
  CHECK(line_of(settings_for(R"({"execution_mode":"always-up"})"), "timeout") == "none (default)");
  CHECK(line_of(settings_for(R"({"params":{"max_reject_ratio":0.1}})"), "params.max_rejects") ==
        "none (default)");
  CHECK(line_of(settings_for(R"({"params":{}})"), "params.max_rejects") == "0 (default)");
}

TEST_CASE("every supported key of an action has its default here, or is known to have none") {
  const std::set<std::string> without = {"$schema",
                                         "name",
                                         "type",
                                         "params",
                                         "load_from",
                                         "schema",
                                         "load_to",
                                         "source",
                                         "filter",
                                         "segmentation",
                                         "max_messages",
                                         "idle_timeout",
                                         "publish_group",
                                         "expect",
                                         "alerts",
                                         "rules",
                                         "newest_by",
                                         "source_rules",
                                         "explode",
                                         "max_reject_ratio",
                                         "timestamp",
                                         "offset_number",
                                         "until_offset",
                                         "partitions",
                                         "until_timestamp",
                                         "concurrent_executions"};
  for (const Level level : {Level::document, Level::params, Level::load_from}) {
    for (const KnownKey& key : known_keys(level)) {
      if (key.standing != Standing::supported) continue;
      CAPTURE(key.name);
      CHECK((default_of(key.name) != "none") != (without.count(key.name) > 0));
    }
  }
}
