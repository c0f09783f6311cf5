#include "job/preview.h"

#include <fmt/format.h>

#include "base/json_list.h"
#include "base/json_text.h"
#include "cli/commands.h"
#include "cli/text_table.h"
#include "cli/world.h"

namespace sluice {
namespace {

std::string shown(const StoredValue& value) {
  struct Visitor {
    std::string operator()(std::monostate) const { return "NULL"; }
    std::string operator()(std::int64_t integer) const { return fmt::to_string(integer); }
    std::string operator()(double real) const { return fmt::to_string(real); }
    std::string operator()(const std::string& text) const { return text; }
    std::string operator()(const StoredBlob& blob) const {
      std::string hex;
      for (const char byte : blob.bytes) {
        hex += fmt::format("{:02X}", static_cast<unsigned char>(byte));
      }
      return fmt::format("x'{}'", hex);
    }
  };
  return std::visit(Visitor(), value);
}

void add_value(JsonObject& json, const std::string& name, const StoredValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    json.add(name, *text);
  } else if (std::holds_alternative<std::monostate>(value)) {
    json.add_raw(name, "null");
  } else if (std::holds_alternative<StoredBlob>(value)) {
    JsonObject blob;
    blob.add("hex", shown(value).substr(2, shown(value).size() - 3));
    json.add_raw(name, std::move(blob).text());
  } else {
    json.add_number(name, shown(value));
  }
}

std::string as_text(const LoadPlan& plan, const Preview& preview) {
  std::string text = fmt::format("{}: what a run would do to table \"{}\" of {} first\n",
                                 plan.action, plan.table.name, plan.table.database_path);
  std::vector<std::string> header = {"message"};
  for (const PlannedColumn& column : plan.table.columns) header.push_back(column.name);
  TextTable table(header);
  for (const Preview::Row& row : preview.rows) {
    std::vector<std::string> cells = {row.address};
    if (row.element) cells[0] += fmt::format(" [{}]", *row.element);
    for (const StoredValue& value : row.values) cells.push_back(shown(value));
    table.add(cells);
  }
  if (!preview.rows.empty()) text += table.text();
  for (const Preview::Reject& reject : preview.rejects) {
    text += fmt::format("  reject {}{}: {}{}\n", reject.address,
                        reject.column.empty() ? "" : fmt::format(", column \"{}\"", reject.column),
                        reject.reason, reject.ends_job ? "; it ends the job" : "");
  }
  return text +
         fmt::format(
             "  {} messages looked at{}: {} rows, {} rejects, {} filtered, {} tombstones; the "
             "table's constraints were not tried\n",
             preview.messages,
             preview.is_stopped_by_rule ? ", where a rule stops the job"
             : preview.is_at_end        ? ", all there are"
                                        : "",
             preview.rows.size(), preview.rejects.size(), preview.filtered, preview.tombstones);
}

std::string row_json(const LoadPlan& plan, const Preview::Row& row) {
  JsonObject values;
  for (std::size_t i = 0; i < row.values.size(); ++i) {
    add_value(values, plan.table.columns[i].name, row.values[i]);
  }
  JsonObject json;
  json.add("message", row.address);
  if (row.element) json.add("element", *row.element);
  json.add_raw("row", std::move(values).text());
  return std::move(json).text();
}

std::string reject_json(const Preview::Reject& reject) {
  JsonObject json;
  json.add("message", reject.address);
  json.add("column_name", reject.column);
  json.add("reason", reject.reason);
  json.add_raw("ends_job", reject.ends_job ? "true" : "false");
  return std::move(json).text();
}

std::string as_json(const LoadPlan& plan, const Preview& preview) {
  JsonObject json;
  json.add("action", plan.action);
  json.add("database", plan.table.database_path);
  json.add("table", plan.table.name);
  json.add("messages", preview.messages);
  json.add("filtered", preview.filtered);
  json.add("tombstones", preview.tombstones);
  json.add_raw("at_end", preview.is_at_end ? "true" : "false");
  json.add_raw("stopped_by_rule", preview.is_stopped_by_rule ? "true" : "false");
  json.add_raw("rows", json_list(preview.rows,
                                 [&](const Preview::Row& row) { return row_json(plan, row); }));
  json.add_raw("rejects", json_list(preview.rejects, reject_json));
  return std::move(json).text();
}

}  // namespace

int preview_command(const PreviewOptions& options) {
  int exit_code = 0;
  const auto definitions = load_definitions(options.definitions, exit_code);
  if (!definitions) return exit_code;
  for (const Definition& definition : *definitions) {
    const Preview found = preview(definition.plan, real_world(), options.rows);
    if (options.output == Output::json) {
      fmt::print("{}\n", as_json(definition.plan, found));
    } else {
      fmt::print("{}", as_text(definition.plan, found));
    }
  }
  return 0;
}

}  // namespace sluice
