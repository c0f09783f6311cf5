#include "job/report.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json_text.h"

namespace sluice {
namespace {

double seconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

double rate(std::int64_t messages, std::chrono::nanoseconds took) {
  return took.count() > 0 ? static_cast<double>(messages) / seconds(took) : 0;
}

double messages_per_second(const Report& report) {
  return rate(report.counts.messages, report.took);
}

std::string partition_json(const PartitionReport& partition) {
  JsonObject json;
  json.add("source", partition.id.source);
  json.add("topic", partition.id.topic);
  json.add("partition", partition.id.partition);
  json.add("from_offset", partition.from_offset);
  json.add("next_offset", partition.next_offset);
  json.add("end_offset", partition.end_offset);
  json.add("lag", partition.lag());
  json.add("messages", partition.messages);
  if (!partition.note.empty()) json.add("note", partition.note);
  return std::move(json).text();
}

std::string partitions_json(const Report& report) {
  std::string list = "[";
  for (const PartitionReport& partition : report.partitions) {
    if (list.size() > 1) list += ',';
    list += partition_json(partition);
  }
  return list + "]";
}

std::string segment_json(const SegmentReport& segment) {
  std::string partitions = "[";
  for (const PartitionId& id : segment.partitions) {
    JsonObject json;
    json.add("source", id.source);
    json.add("topic", id.topic);
    json.add("partition", id.partition);
    if (partitions.size() > 1) partitions += ',';
    partitions += std::move(json).text();
  }
  JsonObject json;
  json.add("worker", segment.worker);
  json.add_raw("partitions", partitions + "]");
  json.add("messages", segment.messages);
  json.add_number("seconds", fmt::format("{:.3f}", seconds(segment.took)));
  json.add_number("messages_per_second", fmt::format("{:.0f}", segment.messages_per_second()));
  return std::move(json).text();
}

std::string segments_json(const Report& report) {
  std::string list = "[";
  for (const SegmentReport& segment : report.segments) {
    if (list.size() > 1) list += ',';
    list += segment_json(segment);
  }
  return list + "]";
}

std::string alerts_json(const Report& report) {
  std::string list = "[";
  for (const AlertReport& alert : report.alerts) {
    JsonObject json;
    json.add("name", alert.name);
    json.add("count", alert.count);
    json.add("first", alert.first);
    if (list.size() > 1) list += ',';
    list += std::move(json).text();
  }
  return list + "]";
}

std::string rules_json(const Report& report) {
  std::string list = "[";
  for (const RuleReport& rule : report.rules) {
    JsonObject json;
    json.add("rule", rule.name);
    json.add("filtered", rule.filtered);
    if (list.size() > 1) list += ',';
    list += std::move(json).text();
  }
  return list + "]";
}

std::string expectations_json(const Report& report) {
  std::string list = "[";
  for (const ExpectationReport& expectation : report.expectations) {
    JsonObject json;
    json.add("name", expectation.name);
    json.add_raw("holds", expectation.holds ? "true" : "false");
    json.add("value", expectation.value);
    if (list.size() > 1) list += ',';
    list += std::move(json).text();
  }
  return list + "]";
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
  json.add_number("seconds", fmt::format("{:.3f}", seconds(report.took)));
  json.add("messages", counts.messages);
  json.add("inserted", counts.inserted);
  json.add("updated", counts.updated);
  json.add("deleted", counts.deleted);
  json.add("unchanged", counts.unchanged);
  json.add("filtered", counts.filtered);
  json.add("tombstones", counts.tombstones);
  json.add("rejected", counts.rejected);
  json.add_number("messages_per_second", fmt::format("{:.0f}", messages_per_second(report)));
  json.add_number("broker_away_seconds", fmt::format("{:.3f}", seconds(report.broker_away)));
  json.add_raw("partitions", partitions_json(report));
  if (!report.segments.empty()) json.add_raw("segments", segments_json(report));
  json.add_raw("alerts", alerts_json(report));
  if (!report.rules.empty()) json.add_raw("rules", rules_json(report));
  if (!report.expectations.empty()) json.add_raw("expectations", expectations_json(report));
  json.add("message", report.message);
  return std::move(json).text();
}

std::string to_text(const Report& report) {
  const Counts& counts = report.counts;
  std::string text = fmt::format("{} {} ({}) after {:.2f} s: {} messages, {} inserted",
                                 report.action, report.state(), name_of(report.stop_reason),
                                 seconds(report.took), counts.messages, counts.inserted);
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
    text += fmt::format("  the brokers were away for {:.1f} s\n", seconds(report.broker_away));
  }
  // Why it failed stands on standard error already.
  if (!report.message.empty() && report.stop_reason != StopReason::error) {
    text += "  " + report.message + "\n";
  }
  return text;
}

}  // namespace sluice
