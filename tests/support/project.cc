#include "support/project.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <chrono>
#include <filesystem>

#include "sqlite/database.h"
#include "support/orders_dataset.h"

namespace sluice::test {

Project::Project(const std::string& bootstrap, const std::string& topic)
    : bootstrap_(bootstrap), topic_(topic) {
  write_source();
  write_dataset();
  write_action();
}

void Project::write_source(const std::string& policy, const std::string& more) const {
  dir_.write(
      "schemas/sources/shop.yaml",
      fmt::format("connector: kafka\nservers: {}\n{}\ntopics:\n  {}: {{ offset_policy: {} }}\n",
                  bootstrap_, more, topic_, policy));
}

void Project::write_dataset(const std::string& more) const {
  dir_.write("schemas/datasets/db.yaml", orders_dataset("    provenance: true\n" + more));
}

void Project::write_action(const std::string& params, const std::string& top) const {
  dir_.write("orders.json",
             fmt::format(R"({{
  "name": "load-orders",
  "type": "load",
  "params": {{
    "load_from": [ {{ "source": "dwh/shop/{}" }} ],
    "load_to": {{ "source": "dwh/db/orders" }}{}{}
  }}{}{}
}}
)",
                         topic_, params.empty() ? "" : ", ", params, top.empty() ? "" : ", ", top));
}

Process Project::start(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), SLUICE_BINARY);
  return Process(std::move(arguments), dir_.path().string());
}

Ended Project::sluice(std::vector<std::string> arguments, const std::string& input) const {
  arguments.insert(arguments.begin(), SLUICE_BINARY);
  return Process(std::move(arguments), dir_.path().string(), {}, input).wait();
}

Ended Project::run(std::vector<std::string> more) const {
  std::vector<std::string> arguments = {"run", "--until", "end", "--output", "json", "orders.json"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return sluice(std::move(arguments));
}

std::optional<std::string> Project::ask(const std::string& sql) const {
  if (!std::filesystem::exists(database())) return std::nullopt;
  try {
    Patience patience;
    patience.limit = std::chrono::seconds(20);
    Database file(database(), Database::Mode::look, patience);
    Statement statement = file.prepare(sql);
    if (!statement.step()) return std::nullopt;
    return std::string(statement.text(0));
  } catch (const Error& error) {
    // A job that is being waited for has not made its tables yet.
    if (std::string_view(error.what()).find("no such table") == std::string_view::npos) throw;
    return std::nullopt;
  }
}

void Project::execute(const std::string& sql) const {
  Database(database(), Database::Mode::create, {}).execute(sql);
}

std::string Project::positions() const {
  return ask("SELECT group_concat(partition || '@' || next_offset, ' ') FROM "
             "(SELECT * FROM orders__metadata ORDER BY partition)")
      .value_or("");
}

std::string json_value(const std::string& json, const std::string& key) {
  simdjson::dom::parser parser;
  return simdjson::to_string(parser.parse(json).at_key(key).value());
}

TimedRun until_quick(double seconds, const std::function<Ended()>& run) {
  TimedRun timed;
  for (int tries = 0; tries < 10; ++tries) {
    const auto began = std::chrono::steady_clock::now();
    timed.ended = run();
    timed.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    if (timed.seconds < seconds || timed.ended.exit_code != 0) break;
  }
  return timed;
}

}  // namespace sluice::test
