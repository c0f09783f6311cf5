#include "bench/stages/load_path.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <vector>

#include "base/clock.h"
#include "base/stop_signal.h"
#include "bench/stages/messages.h"
#include "cli/definitions.h"
#include "job/preparation.h"
#include "plan/positions.h"
#include "store/sqlite_store.h"

namespace sluice::bench {
namespace {

LoadPlan plan_of(const std::string& shape, const std::string& database) {
  ::setenv("SLUICE_BENCH_SERVERS", "127.0.0.1:9", 1);  // checked, and never asked for anything
  ::setenv("SLUICE_BENCH_DATABASE", database.c_str(), 1);
  const std::string project = SLUICE_PROJECT_DIR "/tests/bench/project";
  int exit_code = 0;
  const auto definitions =
      load_definitions({.actions = {fmt::format("{}/actions/{}.json", project, shape)},
                        .project = project,
                        .overrides = {}},
                       exit_code);
  if (!definitions) throw std::runtime_error("the benchmark's definitions are wrong");
  return definitions->front().plan;
}

std::vector<PlannedPartition> one_partition(const LoadPlan& plan, std::int64_t count) {
  PlannedPartition partition;
  partition.id = {plan.topics[0].source, plan.topics[0].topic, 0};
  partition.end_offset = count;
  partition.cluster_id = "none";
  return {partition};
}

// Messages as a source hands them out: their bytes lie one behind the other.
class Fetch {
 public:
  explicit Fetch(const std::string& shape) : shape_(shape) {}

  std::span<const Message> make(std::int64_t first, std::int64_t count) {
    bytes_.clear();
    ends_.clear();
    for (std::int64_t i = 0; i < count; ++i) {
      bytes_ += shape_.message(static_cast<std::uint64_t>(first + i));
      ends_.push_back(bytes_.size());
    }
    messages_.resize(ends_.size());
    std::size_t begin = 0;
    for (std::size_t i = 0; i < ends_.size(); ++i) {
      messages_[i].offset = first + static_cast<std::int64_t>(i);
      messages_[i].value = std::string_view(bytes_).substr(begin, ends_[i] - begin);
      begin = ends_[i];
    }
    return messages_;
  }

 private:
  Shape shape_;
  std::string bytes_;
  std::vector<std::size_t> ends_;
  std::vector<Message> messages_;
};

// One load of a shape, from memory.
class Load {
 public:
  Load(const std::string& shape, std::int64_t count, const std::string& folder)
      : count_(count), plan_(plan_of(shape, folder + "/stages.db")), fetch_(shape) {}

  StageTimes run() {
    store_.acquire(clock_.now());
    store_.begin_job({"bench", plan_.action, clock_.wall_ms()}, partitions_);
    while (next_ < count_) {
      fill();
      write();
    }
    end();
    if (inserted_ != count_) {
      throw std::runtime_error(fmt::format("{} rows of {} messages", inserted_, count_));
    }
    return times_;
  }

 private:
  // Until a job would hand the batch over.
  void fill() {
    const std::int64_t most = std::min(plan_.handover.records, plan_.batch.rows - records_);
    while (next_ < count_ && batch_.record_count() < most &&
           batch_.used_bytes() < plan_.handover.bytes) {
      const std::int64_t room = most - batch_.record_count();
      take(fetch_.make(next_, std::min({plan_.fetch_messages, room, count_ - next_})));
    }
  }

  void take(std::span<const Message> messages) {
    const std::uint32_t first = batch_.record_count();
    Stopwatch watch;
    Preparation::Decoding decoding(preparation_, batch_);
    for (const Message& message : messages) {
      batch_.take(message);
      decoding.took_one();
    }
    decoding.end();
    times_.decode += watch.lap();
    preparation_.prepare(batch_, first);
    times_.map += watch.lap();
    next_ += static_cast<std::int64_t>(messages.size());
  }

  void write() {
    records_ += batch_.record_count();
    bytes_ += batch_.used_bytes();
    const bool is_over =
        records_ >= plan_.batch.rows || bytes_ >= plan_.batch.bytes || next_ == count_;
    Stopwatch watch;
    const Written written = store_.write(batch_, 0, counts_, is_over ? Then::commit : Then::more);
    batch_.clear();
    times_.insert += watch.lap();
    if (is_over) {
      records_ = 0;
      bytes_ = 0;
    }
    counts_ += written.counts;
    inserted_ += written.counts.inserted;
  }

  void end() {
    JobEnd end;
    end.state = "succeeded";
    end.stop_reason = "caught_up";
    end.counts = counts_;
    end.report = "{}";
    Stopwatch watch;
    store_.end_job(end);
    times_.insert += watch.lap();
  }

  std::int64_t count_;
  LoadPlan plan_;
  Fetch fetch_;
  SystemClock clock_;
  StopSignal stop_;
  std::vector<PlannedPartition> partitions_ = one_partition(plan_, count_);
  SqliteStore store_{plan_.table, plan_.lock_timeout, nullptr, stop_, clock_};
  Preparation preparation_{plan_, partitions_, clock_, [] { return false; }};
  Batch batch_{plan_.attributes.size(), plan_.table.columns.size(), 1};
  std::int64_t next_ = 0;
  std::int64_t records_ = 0;  // of the open transaction
  std::size_t bytes_ = 0;
  std::int64_t inserted_ = 0;
  Counts counts_;
  StageTimes times_;
};

}  // namespace

StageTimes measure_stages(const std::string& shape, std::int64_t count, const std::string& folder) {
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    if (file.path().filename().string().starts_with("stages.db")) {
      std::filesystem::remove(file.path());
    }
  }
  return Load(shape, count, folder).run();
}

}  // namespace sluice::bench
