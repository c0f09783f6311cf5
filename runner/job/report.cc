#include "job/report.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/duration.h"
#include "base/json_list.h"
#include "base/json_text.h"
#include "data/position_json.h"

namespace sluice {
namespace {

double rate(std::int64_t messages, std::chrono::nanoseconds took) {
  return took.count() > 0 ? static_cast<double>(messages) / seconds_of(took) : 0;
}

double messages_per_second(const Report& report) {
  return rate(report.counts.messages, report.took);
}

std::string partition_json(const PartitionReport& partition) {
  JsonObject json;
  add_partition(json, partition.id);
  json.add("from_offset", partition.from_offset);
  json.add("next_offset", partition.next_offset);
  json.add("end_offset", partition.end_offset);
  json.add("lag", partition.lag());
  json.add("messages", partition.messages);
  if (!partition.note.empty()) json.add("note", partition.note);
  return std::move(json).text();
}

std::string segment_json(const SegmentReport& segment) {
  JsonObject json;
  json.add("worker", segment.worker);
  json.add_raw("partitions", json_list(segment.partitions, json_of_partition));
  json.add("messages", segment.messages);
  json.add_number("seconds", fmt::format("{:.3f}", seconds_of(segment.took)));
  json.add_number("messages_per_second", fmt::format("{:.0f}", segment.messages_per_second()));
  return std::move(json).text();
}

std::string alert_json(const AlertReport& alert) {
  JsonObject json;
  json.add("name", alert.name);
  json.add("count", alert.count);
  json.add("first", alert.first);
  return std::move(json).text();
}

std::string rule_json(const RuleReport& rule) {
  JsonObject json;
  json.add("rule", rule.name);
  json.add("filtered", rule.filtered);
  return std::move(json).text();
}

std::string expectation_json(const ExpectationReport& expectation) {
  JsonObject json;
  json.add("name", expectation.name);
  json.add_raw("holds", expectation.holds ? "true" : "false");
  json.add("value", expectation.value);
  return std::move(json).text();
}

}  // namespace

std::string_view name_of(StopReason reason) {
  switch (reason) {
    case StopReason::caught_up:
      return "caught_up";
    case StopReason::timeout:
      return "timeout";
    case StopReason::max_messages:
      return "max_messages";
    case StopReason::idle:
      return "idle";
    case StopReason::range_end:
      return "range_end";
    case StopReason::rule:
      return "rule";
    case StopReason::signal:
      return "signal";
    case StopReason::skipped:
      return "skipped";
    case StopReason::error:
      return "error";
  }
  return "error";
}

double SegmentReport::messages_per_second() const { return rate(messages, took); }

std::string_view Report::state() const {
  if (stop_reason == StopReason::error) return "failed";
  return stop_reason == StopReason::signal && exit_code != 0 ? "interrupted" : "succeeded";
}

std::string to_json(const Report& report) {
  const Counts& counts = report.counts;
  JsonObject json;
  json.add("action", report.action);
  json.add("job_id", report.job_id);
  json.add("state", report.state());
  json.add("stop_reason", name_of(report.stop_reason));
  json.add("exit_code", report.exit_code);
  json.add("started_at", format_iso8601(report.started_ms, 3));
  json.add("ended_at", format_iso8601(report.ended_ms, 3));
  json.add_number("seconds", fmt::format("{:.3f}", seconds_of(report.took)));
  json.add("messages", counts.messages);
  json.add("inserted", counts.inserted);
  json.add("updated", counts.updated);
  json.add("deleted", counts.deleted);
  json.add("unchanged", counts.unchanged);
  json.add("filtered", counts.filtered);
  json.add("tombstones", counts.tombstones);
  json.add("rejected", counts.rejected);
  json.add_number("messages_per_second", fmt::format("{:.0f}", messages_per_second(report)));
  json.add_number("broker_away_seconds", fmt::format("{:.3f}", seconds_of(report.broker_away)));
  json.add_raw("partitions", json_list(report.partitions, partition_json));
  if (!report.segments.empty()) json.add_raw("segments", json_list(report.segments, segment_json));
  json.add_raw("alerts", json_list(report.alerts, alert_json));
  if (!report.rules.empty()) json.add_raw("rules", json_list(report.rules, rule_json));
  if (!report.expectations.empty())
    json.add_raw("expectations", json_list(report.expectations, expectation_json));
  json.add("message", report.message);
  return std::move(json).text();
}

std::string to_text(const Report& report) {
  const Counts& counts = report.counts;
  std::string text = fmt::format("{} {} ({}) after {:.2f} s: {} messages, {} inserted",
                                 report.action, report.state(), name_of(report.stop_reason),
                                 seconds_of(report.took), counts.messages, counts.inserted);
  const auto also = [&text](std::int64_t count, std::string_view what) {
    if (count > 0) text += fmt::format(", {} {}", count, what);
  };
  also(counts.updated, "updated");
  also(counts.deleted, "deleted");
  also(counts.unchanged, "unchanged");
  also(counts.filtered, "filtered");
  also(counts.tombstones, "tombstones");
  also(counts.rejected, "rejected");
  if (counts.messages > 0) text += fmt::format(", {:.0f} messages/s", messages_per_second(report));
  text += '\n';
  for (const PartitionReport& partition : report.partitions) {
    text += fmt::format("  {}: {} -> {} (end {}, lag {}){}{}\n", notation(partition.id),
                        partition.from_offset, partition.next_offset, partition.end_offset,
                        partition.lag(), partition.note.empty() ? "" : ": ", partition.note);
  }
  for (const SegmentReport& segment : report.segments) {
    text +=
        fmt::format("  worker {}: {} partition{}, {} messages, {:.0f} messages/s\n", segment.worker,
                    segment.partitions.size(), segment.partitions.size() == 1 ? "" : "s",
                    segment.messages, segment.messages_per_second());
  }
  for (const AlertReport& alert : report.alerts) {
    if (alert.count == 0) continue;
    text += fmt::format("  alert \"{}\": {} row{}, the first of {}\n", alert.name, alert.count,
                        alert.count == 1 ? "" : "s", alert.first);
  }
  for (const RuleReport& rule : report.rules) {
    if (rule.filtered == 0) continue;
    text += fmt::format("  rule {}: {} row{} filtered\n", rule.name, rule.filtered,
                        rule.filtered == 1 ? "" : "s");
  }
  // Those that do not hold are the failure that stands on standard error.
  if (!report.expectations.empty() && report.stop_reason != StopReason::error) {
    text += fmt::format("  all {} expectations hold\n", report.expectations.size());
  }
  if (report.broker_away.count() > 0) {
    text += fmt::format("  the brokers were away for {:.1f} s\n", seconds_of(report.broker_away));
  }
  // Why it failed stands on standard error already.
  if (!report.message.empty() && report.stop_reason != StopReason::error) {
    text += "  " + report.message + "\n";
  }
  return text;
}

}  // namespace sluice
