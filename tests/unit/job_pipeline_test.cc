#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "job/pipeline.h"
#include "support/log_watch.h"
#include "support/text.h"

using namespace sluice;

namespace {

constexpr unsigned two_cores = 2;
const std::string large(Pipeline::overlap_from_bytes, 'x');

std::unique_ptr<Batch> make_batch() { return std::make_unique<Batch>(1, 1, 1); }

void put(Batch& batch, Offset offset, std::string_view value) {
  Message message;
  message.offset = offset;
  message.value = value;
  batch.take(message);
}

// Hands over one batch with one message, unless the writing half has failed.
void pass(Pipeline& pipeline, Offset offset, std::string_view value) {
  std::unique_ptr<Batch> batch = pipeline.take();
  if (batch == nullptr) return;
  put(*batch, offset, value);
  pipeline.hand_over(std::move(batch), {.then = Then::more});
}

Offset offset_of(const Batch& batch) { return batch.messages()[0].record.offset; }

}  // namespace

TEST_CASE("batches are written once each, in their order, in few places that are used again") {
  std::vector<Offset> written;
  std::set<const Batch*> batches;
  std::set<std::thread::id> threads;
  Pipeline pipeline(
      {3}, 1, make_batch,
      [&](Batch& batch, Passage) {
        written.push_back(offset_of(batch));
        batches.insert(&batch);
        threads.insert(std::this_thread::get_id());
        batch.clear();
      },
      two_cores);
  std::vector<Offset> expected;
  for (Offset offset = 0; offset < 200; ++offset) {
    pass(pipeline, offset, large);
    expected.push_back(offset);
  }
  pipeline.drain();
  CHECK(written == expected);
  CHECK(batches.size() <= 3);
  CHECK(threads.size() == 1);
  CHECK(threads.count(std::this_thread::get_id()) == 0);
}

TEST_CASE("small batches are written by who hands them over, and so is everything on one core") {
  struct Case {
    const char* name;
    unsigned cores;
    std::string value;
  };
  for (const Case& c : {Case{"small", two_cores, "x"}, Case{"one core", 1, large}}) {
    CAPTURE(c.name);
    std::set<std::thread::id> threads;
    Pipeline pipeline(
        {2}, 1, make_batch,
        [&](Batch& batch, Passage) {
          threads.insert(std::this_thread::get_id());
          batch.clear();
        },
        c.cores);
    for (Offset offset = 0; offset < 5; ++offset) pass(pipeline, offset, c.value);
    CHECK(threads == std::set{std::this_thread::get_id()});
  }
}

TEST_CASE("what several workers hand over is written once each, in a thread of its own") {
  std::vector<Offset> written;
  std::set<std::thread::id> threads;
  Pipeline pipeline(
      {4}, 3, make_batch,
      [&](Batch& batch, Passage) {
        written.push_back(offset_of(batch));
        threads.insert(std::this_thread::get_id());
        batch.clear();
      },
      1);
  constexpr Offset each = 200;
  const auto work = [&](Offset first) {
    for (Offset offset = first; offset < first + each; ++offset) pass(pipeline, offset, "x");
  };
  std::thread second(work, each);
  std::thread third(work, 2 * each);
  work(0);
  second.join();
  third.join();
  pipeline.drain();
  CHECK(threads.size() == 1);
  CHECK(threads.count(std::this_thread::get_id()) == 0);
  std::vector<Offset> last(3, -1);
  for (const Offset offset : written) {
    Offset& before = last[static_cast<std::size_t>(offset / each)];
    CHECK(offset > before);
    before = offset;
  }
  std::ranges::sort(written);
  CHECK(written.size() == 3 * each);
  CHECK(std::ranges::adjacent_find(written) == written.end());
}

TEST_CASE("who wants to fill a batch waits for one, and while too many bytes are on their way") {
  Pipeline::Bounds bounds;
  SUBCASE("the only other batch is being written") { bounds = {.batches = 2}; }
  SUBCASE("more batches may be made, but not of more bytes") {
    bounds = {.batches = 8, .bytes = 2 * large.size()};
  }
  std::mutex mutex;
  std::condition_variable changed;
  bool is_handed_out = false;
  bool was_handed_out_while_written = false;
  Pipeline pipeline(
      bounds, 1, make_batch,
      [&](Batch& batch, Passage) {
        // The reading half has filled another one by then and asks for a third, in vain.
        std::unique_lock lock(mutex);
        if (offset_of(batch) == 0) {
          was_handed_out_while_written =
              changed.wait_for(lock, std::chrono::milliseconds(200), [&] { return is_handed_out; });
        }
        batch.clear();
      },
      two_cores);
  pass(pipeline, 0, large);
  pass(pipeline, 1, large);
  const std::unique_ptr<Batch> third = pipeline.take();
  {
    const std::lock_guard lock(mutex);
    is_handed_out = true;
  }
  changed.notify_all();
  pipeline.drain();
  CHECK_FALSE(was_handed_out_while_written);
}

TEST_CASE("a batch that large messages made large is not kept, others are") {
  int made = 0;
  Pipeline pipeline(
      {.batches = 1, .bytes = 4 * large.size()}, 1,
      [&] {
        ++made;
        return make_batch();
      },
      [](Batch& batch, Passage) { batch.clear(); }, two_cores);
  pass(pipeline, 0, large);
  pass(pipeline, 1, std::string(9 * large.size(), 'x'));
  CHECK(made == 1);
  pass(pipeline, 2, large);
  CHECK(made == 2);
  pipeline.drain();
}

TEST_CASE(
    "what the writing half throws reaches the reading half, and nothing is written after it") {
  std::vector<Offset> written;
  Pipeline pipeline(
      {2}, 1, make_batch,
      [&](Batch& batch, Passage) {
        if (offset_of(batch) == 2) throw std::runtime_error("the disk is full");
        written.push_back(offset_of(batch));
        batch.clear();
      },
      two_cores);
  const auto pass_many = [&] {
    for (Offset offset = 0; offset < 100; ++offset) pass(pipeline, offset, large);
    pipeline.drain();
  };
  CHECK_THROWS_WITH(pass_many(), "the disk is full");
  CHECK(pipeline.has_failed());
  CHECK(pipeline.take() == nullptr);
  CHECK_NOTHROW(pipeline.drain());
  CHECK(written == std::vector<Offset>{0, 1});
}

TEST_CASE("the log says that a job waits for the database, and for how long") {
  constexpr std::string_view told = "waits for the database, which has not taken a batch for 0 s";
  const test::LogWatch log;
  Pipeline pipeline(
      {1}, 1, make_batch,
      [&](Batch& batch, Passage) {
        const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        while (!test::holds(log.text(), told) && std::chrono::steady_clock::now() < limit) {
          std::this_thread::yield();
        }
        batch.clear();
      },
      two_cores, std::chrono::milliseconds(1));
  pass(pipeline, 0, large);
  pipeline.drain();
  CHECK(test::holds(log.text(), told));
}
