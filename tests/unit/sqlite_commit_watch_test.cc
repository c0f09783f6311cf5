// Commits that take long, on a clock that the test turns.
#include <doctest/doctest.h>
#include <sqlite3.h>

#include <chrono>
#include <functional>

#include "sqlite/database.h"
#include "sqlite/transaction.h"
#include "support/log_watch.h"
#include "support/no_threads.h"
#include "support/process.h"
#include "support/scripted_source.h"
#include "support/text.h"

using namespace sluice;
using namespace sluice::test;
using namespace std::chrono_literals;

namespace {

struct Commits {
  LogWatch log;
  ManualClock clock;
  Database database{":memory:",
                    Database::Mode::create,
                    {.limit = 0ms, .deadline = {}, .stop = nullptr, .clock = &clock}};

  Commits() { database.execute("CREATE TABLE t (n)"); }

  // With `during` where the disk would be waited for.
  void commit(std::function<void()> during) {
    const auto hook = [](void* what) {
      (*static_cast<std::function<void()>*>(what))();
      return 0;
    };
    sqlite3_commit_hook(database.handle(), hook, &during);
    Transaction transaction(database);
    database.execute("INSERT INTO t VALUES (1)");
    transaction.commit();
    sqlite3_commit_hook(database.handle(), nullptr, nullptr);
  }
  void commit_for(std::chrono::milliseconds time) {
    commit([&] { clock.advance(time); });
  }
  bool will_say(const std::string& words) const {
    return eventually([&] { return holds(log.text(), words); });
  }
};

}  // namespace

TEST_CASE("slow commits are told of once in a minute") {
  Commits commits;
  commits.commit_for(900ms);
  CHECK(commits.log.text() == "");
  commits.commit_for(2s);
  CHECK(holds(commits.log.text(), ":memory:: a commit took 2.0 s: the disk is slow"));
  commits.commit_for(3s);
  CHECK_FALSE(holds(commits.log.text(), "took 3.0 s"));
  commits.clock.advance(60s);
  commits.commit_for(900ms);
  commits.commit_for(4s);
  CHECK(holds(commits.log.text(), "took 4.0 s"));
}

TEST_CASE("a commit that does not end is told of every minute while it lasts, and at its end") {
  Commits commits;
  commits.commit_for(2s);
  commits.clock.advance(60s);
  commits.commit([&] {
    commits.clock.advance(6s);
    CHECK(commits.will_say("a commit is under way for 6.0 s: the disk is slow"));
    commits.clock.advance(60s);
    CHECK(commits.will_say("a commit is under way for 66.0 s"));
    commits.clock.advance(1s);
  });
  CHECK(holds(commits.log.text(), "a commit took 67.0 s"));
}

TEST_CASE("where the system has no thread left a slow commit is told of at its end") {
  const NoMoreThreads no_more;
  Commits commits;
  commits.commit_for(6s);
  CHECK(holds(commits.log.text(), "a commit took 6.0 s"));
}
