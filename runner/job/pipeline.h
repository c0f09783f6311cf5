#pragma once

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "data/batch.h"
#include "store/store.h"

namespace sluice {

// The ring between the two halves of a load: batches that the reading half fills and the writing
// half stores, one after another in this order. They are made when they are first needed, reused,
// and never more than `batches`: then the reading half waits.
//
// The writing half gets a thread of its own with the first batch that is large enough to be worth
// it; before that, and always on a machine with one core, a batch is written by who hands it over.
// So a small job, and one that waits for messages, is one thread.
//
// The caller is the reading half, one thread. What the writing half throws is thrown on to it once,
// by whatever it calls next; nothing more is written then.
class Pipeline {
 public:
  // Written by somebody else from this size on: of a batch in its memory.
  static constexpr std::size_t overlap_from_bytes = 128 << 10;

  using MakeBatch = std::function<std::unique_ptr<Batch>()>;
  // Stores a batch and empties it.
  using Write = std::function<void(Batch&, Then)>;

  Pipeline(std::size_t batches, MakeBatch make_batch, Write write,
           unsigned cores = std::thread::hardware_concurrency());
  // Waits for the batch that is being written; those behind it are dropped.
  ~Pipeline();
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  // An empty batch to be filled, the same one until it is handed over. Waits while all are on their
  // way.
  Batch& batch();

  // Hands over the batch of batch().
  void hand_over(Then then);

  // Waits until all that was handed over is written. Who called it may use what the writing half
  // uses until the next hand_over().
  void drain();

  // Whether the writing half has thrown, so that there is no use in reading on.
  bool has_failed() const;

 private:
  struct Slot {
    std::unique_ptr<Batch> batch;
    Then then = Then::commit;
  };

  bool is_for_thread(const Batch& batch) const;
  void run();
  void throw_failure();
  Slot& slot(std::size_t number) { return slots_[number % slots_.size()]; }

  const MakeBatch make_batch_;
  const Write write_;
  const bool has_cores_;
  std::vector<Slot> slots_;

  // Batches are numbered as they are handed over: [written_, filled_) are on their way.
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t filled_ = 0;
  std::size_t written_ = 0;
  bool is_closing_ = false;
  std::exception_ptr failure_;
  bool has_failed_ = false;
  std::thread thread_;  // last: it uses all of the others
};

}  // namespace sluice
