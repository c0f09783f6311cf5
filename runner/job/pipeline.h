#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "data/batch.h"
#include "store/store.h"

namespace sluice {

// How a batch stands in the transaction that it is written into.
struct Passage {
  // It has no room left in the one that is open, which is committed before.
  bool begins_another = false;
  Then then = Then::commit;
};

// The ring between the two halves of a load: batches that the reading half fills and the writing
// half stores, one after another in the order in which they were handed over. They are made when
// they are first needed, reused, and never more than its bounds say: then who wants to fill one
// waits. One that large messages made twice as large as its share is not kept.
//
// The writing half gets a thread of its own with the first batch that is large enough to be worth
// it; before that, and always on a machine with one core, a batch is written by who hands it over.
// So a small job, and one that waits for messages, reads and writes in one thread. Where several
// workers fill batches, it has its thread from the first batch on.
//
// Each worker of the reading half is a thread; drain() and the destructor are the job's own, once
// no worker is in here. What the writing half throws is thrown on by drain(), once; nothing more is
// written then, and what is handed over is dropped.
class Pipeline {
 public:
  // Written by somebody else from this size on: of a batch in its memory.
  static constexpr std::size_t overlap_from_bytes = 128 << 10;

  struct Bounds {
    std::size_t batches = 0;  // more than there are workers
    // Of all batches that were handed over and are not written yet; the last of each worker may
    // exceed it.
    std::size_t bytes = std::numeric_limits<std::size_t>::max();
  };

  using MakeBatch = std::function<std::unique_ptr<Batch>()>;
  // Stores a batch and empties it.
  using Write = std::function<void(Batch&, Passage)>;

  // `silence`: after which time the log says that somebody waits here.
  Pipeline(Bounds bounds, std::size_t workers, MakeBatch make_batch, Write write,
           unsigned cores = std::thread::hardware_concurrency(),
           std::chrono::milliseconds silence = std::chrono::seconds(5));
  // Waits for the batch that is being written; those behind it are dropped.
  ~Pipeline();
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  // An empty batch to be filled. Waits while as much as may be is on its way. Null once the writing
  // half has thrown.
  std::unique_ptr<Batch> take();

  void hand_over(std::unique_ptr<Batch> batch, Passage passage);

  // Waits until all that was handed over is written. Who called it may use what the writing half
  // uses until the next hand_over().
  void drain();

  // Whether the writing half has thrown, so that there is no use in reading on.
  bool has_failed() const;

 private:
  struct Handed {
    std::unique_ptr<Batch> batch;
    Passage passage;
    std::size_t bytes;
  };

  bool has_room() const;
  bool is_for_thread(std::size_t bytes) const;
  void run();
  void write(Handed handed, std::unique_lock<std::mutex>& lock);
  void wait(std::unique_lock<std::mutex>& lock, const std::function<bool()>& is_there);

  const Bounds bounds_;
  const MakeBatch make_batch_;
  const Write write_;
  const bool has_workers_;  // several
  const bool has_cores_;
  const std::chrono::milliseconds silence_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t made_ = 0;
  std::vector<std::unique_ptr<Batch>> empty_;
  std::deque<Handed> handed_;
  std::size_t bytes_on_their_way_ = 0;  // handed over and not written yet
  bool is_writing_ = false;
  bool is_closing_ = false;
  std::exception_ptr failure_;
  bool has_failed_ = false;
  std::thread thread_;  // last: it uses all of the others
};

}  // namespace sluice
