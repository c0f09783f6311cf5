#include "crash/story.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <new>
#include <random>
#include <span>

#include "crash/faulty_source.h"
#include "crash/faulty_vfs.h"
#include "sqlite/database.h"
#include "support/files_in_memory.h"

namespace sluice::test {
namespace {

namespace fs = std::filesystem;

// What SLUICE_CRASH asks for.
enum class Form { full, usual, few };

constexpr int few_of = 3;  // of the usual steps

Form form() {
  const char* name = std::getenv("SLUICE_CRASH");
  if (name == nullptr || *name == '\0') return Form::usual;
  if (std::string_view(name) == "full") return Form::full;
  REQUIRE(std::string_view(name) == "few");
  return Form::few;
}

// How far apart the steps are that go wrong, where a story asks for each n-th.
int stride(int every_nth) {
  switch (form()) {
    case Form::full:
      return 1;
    case Form::few:
      return few_of * every_nth;
    case Form::usual:
      break;
  }
  return every_nth;
}

std::string describe(const Fault& fault) {
  switch (fault.kind) {
    case Fault::Kind::stop:
      return "stopped dead";
    case Fault::Kind::power_cut:
      return fmt::format("power cut, {} kept", name_of(fault.survival));
    case Fault::Kind::trouble:
      break;
  }
  return fmt::format("{} {}", name_of(fault.trouble), fault.stays ? "from there on" : "once");
}

// The files that SQLite keeps under the database's name.
std::vector<fs::path> files_of(const std::string& database) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(fs::path(database).parent_path())) {
    if (entry.is_regular_file() && entry.path().string().starts_with(database)) {
      files.push_back(entry.path());
    }
  }
  return files;
}

void remove_files(const std::string& database) {
  for (const fs::path& file : files_of(database)) fs::remove(file);
}

void copy_files(const std::string& from, const std::string& to) {
  remove_files(to);
  for (const fs::path& file : files_of(from)) {
    fs::copy_file(file, to + file.string().substr(from.size()));
  }
}

// What a child process shares with us.
template <class T>
class Shared {
 public:
  Shared()
      : shared_(static_cast<T*>(mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE,
                                     MAP_SHARED | MAP_ANONYMOUS, -1, 0))) {
    if (shared_ == MAP_FAILED) throw std::bad_alloc();
    reset();
  }
  ~Shared() { munmap(shared_, sizeof(T)); }
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;

  T& operator*() { return *shared_; }
  T* operator->() { return shared_; }
  void reset() { new (shared_) T(); }

 private:
  T* shared_;
};

using Answer = std::array<char, 8'192>;

// The files of so many are kept at a time, a megabyte or less each.
constexpr std::size_t most_passed_cuts = 8;
// With threads a telling may be a little shorter than the one whose steps were counted, and a step
// near its end is not met then.
constexpr int most_missing_steps = 3;

void write(Answer& answer, std::string_view text) {
  const std::size_t size = std::min(text.size(), answer.size() - 1);
  std::copy_n(text.data(), size, answer.data());
  answer[size] = '\0';
}

// Calls it in a process of its own, whose end its return is. False where it ended otherwise.
template <class Child>
bool fork_and_wait(const Child& child) {
  const pid_t id = fork();
  if (id < 0) throw std::bad_alloc();
  if (id == 0) {
    child();
    _exit(0);
  }
  int status = 0;
  waitpid(id, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// One story with its world: told as often as wanted, each time from the same beginning.
class Telling {
 public:
  explicit Telling(const Story& story) : story_(story) {
    install_faulty_vfs();
    spdlog::set_level(spdlog::level::off);  // what goes wrong is told thousands of times
    scenario_.wrap_source = [this](std::unique_ptr<Source> source) {
      return std::make_unique<FaultySource>(std::move(source), scenario_.clock);
    };
    if (story_.before) story_.before(scenario_);
    if (story_.checkpoint_pages != 0) {
      scenario_.dataset_yaml +=
          fmt::format("sqlite: {{ wal_autocheckpoint: {} }}\n", story_.checkpoint_pages);
    }
    beginning_ = scenario_.cluster;
    copy_files(scenario_.database(), kept());
  }

  void rewind() {
    copy_files(kept(), scenario_.database());
    scenario_.cluster = beginning_;
    trace_.reset();
  }

  // False where the process ended otherwise than a story may.
  bool play(const std::optional<Fault>& fault) {
    return fork_and_wait([&] { play_in_child(fault, {}); });
  }

  // Goes by at most most_passed_cuts power cuts; take_cut() then shows what each of them leaves.
  bool play_by(std::span<const Fault> cuts) {
    passed_.reset();
    passed_count_ = cuts.size();
    for (std::size_t i = 0; i < cuts.size(); ++i) {
      (*passed_)[i].fault = cuts[i];
      fs::remove_all(passed().folder_of(i));
      fs::create_directories(passed().folder_of(i));
    }
    return fork_and_wait([&] { play_in_child(std::nullopt, passed()); });
  }
  // How many steps were missing until it was met: 0, or nothing is shown.
  int take_cut(std::size_t number) {
    const PassedCut& cut = (*passed_)[number];
    if (!cut.trace.hit) return cut.fault.at - cut.trace.steps;
    const fs::path database = scenario_.database();
    copy_files((passed().folder_of(number) / database.filename()).string(), database.string());
    *trace_ = cut.trace;
    return 0;
  }

  const Trace& trace() { return *trace_; }
  // As if nothing had been played, but what was promised stays so.
  void forget() {
    const bool reads = trace_->reads;
    trace_.reset();
    trace_->reads = reads;
  }

  // An empty text where all is as it should be. In a process of its own, as look_at_copy(): this
  // one stays small, since every child begins as a copy of it.
  std::string aftermath() {
    return in_child([this] { return aftermath_here(); });
  }
  std::string look_at_copy() {
    return in_child([this] { return look_at_copy_here(); });
  }

  // Here, so that children after it find definitions that were read already.
  std::string aftermath_here() {
    if (story_.meanwhile) story_.meanwhile(scenario_);
    std::string wrong = look_at_copy_here();
    if (!wrong.empty()) return wrong;
    wrong = story_.finish(scenario_, *trace_);
    return wrong.empty() ? unsound() : wrong;
  }

 private:
  template <class Look>
  std::string in_child(const Look& look) {
    answer_.reset();
    const bool ended = fork_and_wait([&] {
      try {
        write(*answer_, look());
      } catch (const std::exception& error) {
        write(*answer_, fmt::format("thrown: {}", error.what()));
      }
    });
    return ended ? answer_->data() : "the process that looked ended badly";
  }

  // On a copy, since looking repairs.
  std::string look_at_copy_here() {
    copy_files(scenario_.database(), aside());
    std::string wrong = unsound();
    if (wrong.empty()) wrong = story_.check(scenario_, *trace_);
    copy_files(aside(), scenario_.database());
    return wrong;
  }

  PassedCuts passed() {
    return {std::span(*passed_).first(passed_count_), elsewhere_.path().string()};
  }

  void play_in_child(const std::optional<Fault>& fault, PassedCuts passed) {
    FaultLine line(scenario_.dir.path().string(), fault, std::move(passed), *trace_);
    std::vector<std::string> changes;
    // The clock of the story stands still: who waits for it waits for ever.
    if (fault && fault->stays && fault->trouble == Trouble::busy) {
      changes.push_back("lock_timeout=0s");
    }
    try {
      trace_->exit_code = story_.play(scenario_, changes);
    } catch (const std::exception& error) {
      std::strncpy(trace_->message, error.what(), sizeof trace_->message - 1);
      _exit(1);
    }
    line.pass(Call::end, "of the story");
  }

  std::string unsound() const {
    if (!fs::exists(scenario_.database())) return {};
    try {
      const std::string verdict = scenario_.ask("PRAGMA integrity_check");
      return verdict == "ok" ? "" : "integrity_check: " + verdict;
    } catch (const Error& error) {
      return fmt::format("integrity_check: {}", error.what());
    }
  }

  std::string kept() const { return elsewhere_.file("kept.db"); }
  std::string aside() const { return elsewhere_.file("aside.db"); }

  const Story& story_;
  const FilesInMemory in_memory_;  // thousands of files, of which none needs a disk
  Scenario scenario_;
  ScriptedCluster beginning_;
  TempDir elsewhere_;
  Shared<Trace> trace_;
  Shared<std::array<PassedCut, most_passed_cuts>> passed_;
  std::size_t passed_count_ = 0;
  Shared<Answer> answer_;
};

Tally::Effect effect_of(const Fault& fault, const Trace& trace, int untouched_steps) {
  if (fault.kind != Fault::Kind::trouble) return Tally::Effect::stopped;
  if (trace.exit_code != 0) return Tally::Effect::failed;
  return trace.all_steps != untouched_steps ? Tally::Effect::retried : Tally::Effect::none;
}

// Whether a story may end so that was told with the fault: well, or with what the trouble is. One
// that is dead said nothing, or had ended well before.
std::string wrong_end(const Fault& fault, const Trace& trace) {
  const bool may_fail = fault.kind == Fault::Kind::trouble;
  const int of_the_fault = may_fail ? static_cast<int>(exit_code_for(fault.trouble)) : -1;
  if (trace.exit_code == 0 || (trace.hit && trace.exit_code == of_the_fault)) return {};
  return fmt::format("exit code {}, and not 0{}", trace.exit_code,
                     trace.hit ? fmt::format(" or {}", of_the_fault) : "");
}

// Where the source is asked, whatever came before must be as durable as was promised: the power is
// cut at each of these few steps, also where others are left out.
std::vector<Fault> all_faults() {
  std::vector<Fault> faults;
  for (const Survival survival : all_survivals) {
    for (const Call call : {Call::fetch, Call::end}) {
      faults.push_back({.kind = Fault::Kind::power_cut, .survival = survival, .only = call});
    }
  }
  faults.push_back({.kind = Fault::Kind::stop});
  for (const Survival survival : all_survivals) {
    faults.push_back({.kind = Fault::Kind::power_cut, .survival = survival});
  }
  for (const Trouble trouble : all_troubles) {
    faults.push_back({.kind = Fault::Kind::trouble, .trouble = trouble, .stays = false});
    faults.push_back({.kind = Fault::Kind::trouble, .trouble = trouble, .stays = true});
  }
  return faults;
}

// How many steps of a story that was told without a fault this one can happen to.
int steps_for(const Fault& fault, const Trace& untouched) {
  int steps = 0;
  for (std::size_t call = 0; call < call_count; ++call) {
    if (fault.can_hit(static_cast<Call>(call))) steps += untouched.steps_by_call[call];
  }
  return steps;
}

}  // namespace

void Tally::add(const std::string& fault, const std::string& where, Effect effect) {
  ++counts_[fault][where][effect];
  if (effect != Effect::none) ++changed_;
}

void Tally::print(const std::string& story) const {
  std::string text = fmt::format("{}: {} steps changed how the run went on\n", story, changed_);
  for (const auto& [fault, places] : counts_) {
    std::map<Effect, int> sums;
    std::string where;
    for (const auto& [place, effects] : places) {
      int changed = 0;
      for (const auto& [effect, count] : effects) {
        sums[effect] += count;
        if (effect != Effect::none) changed += count;
      }
      if (changed > 0) where += fmt::format("{}{} {}", where.empty() ? "" : ", ", place, changed);
    }
    text += fmt::format("  {}: stopped {}, failed {}, retried {}, no matter {}{}{}\n", fault,
                        sums[Effect::stopped], sums[Effect::failed], sums[Effect::retried],
                        sums[Effect::none], where.empty() ? "" : "\n    ", where);
  }
  std::cout << text << std::flush;
  if (const char* evidence = std::getenv("SLUICE_EVIDENCE")) {
    std::ofstream(evidence, std::ios::app) << text << '\n';
  }
}

void tell_with_every_fault(const Story& story, int every_nth, int least_changed) {
  Tally tally;
  Telling telling(story);
  telling.rewind();
  REQUIRE_MESSAGE(telling.play(std::nullopt), telling.trace().message);
  REQUIRE(telling.trace().exit_code == 0);
  REQUIRE(telling.aftermath_here() == "");
  if (story.checkpoint_pages != 0) REQUIRE(telling.trace().checkpoints > 1);
  const Trace untouched = telling.trace();
  MESSAGE(story.name << ": " << untouched.all_steps << " steps");
  // Else a step more or less would say nothing of a fault.
  telling.rewind();
  REQUIRE(telling.play(std::nullopt));
  REQUIRE(telling.trace().all_steps == untouched.all_steps);

  // Of what the story left that met the fault.
  const auto judge = [&](const Fault& fault, bool ended) {
    const Trace trace = telling.trace();
    CAPTURE(trace.where);
    CHECK_MESSAGE(ended, trace.message);
    CHECK(wrong_end(fault, trace) == "");
    if (!trace.hit) return false;
    CHECK(telling.aftermath() == "");
    tally.add(describe(fault), trace.where, effect_of(fault, trace, untouched.all_steps));
    return true;
  };

  int kinds = 0;
  std::vector<Fault> cuts;
  for (Fault fault : all_faults()) {
    const bool is_cut = fault.kind == Fault::Kind::power_cut;
    // Each kind begins at another step, so that together they meet all; none has so few that it
    // meets nothing.
    const int wanted = fault.only ? 1 : stride(is_cut ? (every_nth + 3) / 4 : every_nth);
    const int steps = steps_for(fault, untouched);
    const int step = std::clamp(wanted, 1, std::max(1, steps));
    fault.at = 1 + (5 * kinds++) % step;
    if (is_cut) {
      for (; fault.at <= steps; fault.at += step) cuts.push_back(fault);
      continue;
    }
    const std::string what = describe(fault);
    for (bool hit = true; hit && fault.at <= steps; fault.at += step) {
      CAPTURE(story.name);
      CAPTURE(what);
      CAPTURE(fault.at);
      telling.rewind();
      const bool ended = telling.play(fault);
      hit = judge(fault, ended);
      if (!hit) CHECK(steps - fault.at < most_missing_steps);
    }
  }

  for (std::span<const Fault> rest = cuts; !rest.empty();) {
    const auto some = rest.first(std::min(rest.size(), most_passed_cuts));
    rest = rest.subspan(some.size());
    telling.rewind();
    const bool ended = telling.play_by(some);
    const std::string message = telling.trace().message;
    REQUIRE_MESSAGE(ended, message);
    REQUIRE(telling.trace().exit_code == 0);
    for (std::size_t i = 0; i < some.size(); ++i) {
      const std::string what = describe(some[i]);
      CAPTURE(story.name);
      CAPTURE(what);
      CAPTURE(some[i].at);
      const int missing = telling.take_cut(i);
      CHECK(missing <= most_missing_steps);
      if (missing == 0) judge(some[i], ended);
    }
  }
  tally.print(story.name);
  CHECK(tally.changed() > (form() == Form::few ? least_changed / few_of : least_changed));
}

Tally tell_with_chains_of_power_cuts(const Story& story, int chains, unsigned seed) {
  Tally tally;
  Telling telling(story);
  telling.rewind();
  REQUIRE(telling.play(std::nullopt));
  const auto steps = static_cast<unsigned>(telling.trace().all_steps);
  std::mt19937 random(seed);
  for (int chain = 0; chain < chains; ++chain) {
    telling.rewind();
    Trace trace;
    do {
      Fault fault{.kind = Fault::Kind::power_cut, .at = 1 + static_cast<int>(random() % steps)};
      fault.survival = all_survivals[random() % std::size(all_survivals)];
      CAPTURE(seed);
      CAPTURE(chain);
      CAPTURE(fault.at);
      telling.forget();
      REQUIRE(telling.play(fault));
      trace = telling.trace();
      CAPTURE(trace.where);
      CHECK(wrong_end(fault, trace) == "");
      CHECK(telling.look_at_copy() == "");
      if (trace.hit) tally.add("power cut after power cut", trace.where, Tally::Effect::stopped);
    } while (trace.hit);
    CHECK(telling.aftermath() == "");
  }
  tally.print(story.name);
  return tally;
}

}  // namespace sluice::test
