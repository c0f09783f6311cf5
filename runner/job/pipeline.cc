#include "job/pipeline.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "base/duration.h"

namespace sluice {

Pipeline::Pipeline(Bounds bounds, std::size_t workers, MakeBatch make_batch, Write write,
                   unsigned cores, std::chrono::milliseconds silence)
    : bounds_(bounds),
      make_batch_(std::move(make_batch)),
      write_(std::move(write)),
      has_workers_(workers > 1),
      has_cores_(cores > 1),
      silence_(silence) {}

Pipeline::~Pipeline() {
  {
    const std::lock_guard lock(mutex_);
    is_closing_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

std::unique_ptr<Batch> Pipeline::take() {
  std::unique_lock lock(mutex_);
  wait(lock, [this] { return has_room() || has_failed_; });
  if (has_failed_) return nullptr;
  if (empty_.empty()) {
    std::unique_ptr<Batch> batch = make_batch_();
    ++made_;
    return batch;
  }
  // The one that was used last is in the processor's cache still.
  std::unique_ptr<Batch> batch = std::move(empty_.back());
  empty_.pop_back();
  return batch;
}

bool Pipeline::has_room() const {
  return bytes_on_their_way_ < bounds_.bytes && (!empty_.empty() || made_ < bounds_.batches);
}

void Pipeline::hand_over(std::unique_ptr<Batch> batch, Passage passage) {
  std::unique_lock lock(mutex_);
  if (has_failed_) return;
  const std::size_t bytes = batch->used_bytes();
  if (!thread_.joinable() && is_for_thread(bytes)) thread_ = std::thread([this] { run(); });
  bytes_on_their_way_ += bytes;
  Handed handed{std::move(batch), passage, bytes};
  if (!thread_.joinable()) return write(std::move(handed), lock);
  handed_.push_back(std::move(handed));
  lock.unlock();
  changed_.notify_all();
}

bool Pipeline::is_for_thread(std::size_t bytes) const {
  return has_workers_ || (has_cores_ && bytes >= overlap_from_bytes);
}

void Pipeline::drain() {
  std::unique_lock lock(mutex_);
  wait(lock, [this] { return (handed_.empty() && !is_writing_) || has_failed_; });
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

bool Pipeline::has_failed() const {
  const std::lock_guard lock(mutex_);
  return has_failed_;
}

// For the writing half, which has a limit where it waits for other writers, and none where the disk
// does not answer.
void Pipeline::wait(std::unique_lock<std::mutex>& lock, const std::function<bool()>& is_there) {
  auto waited = silence_;
  for (auto more = silence_; !changed_.wait_for(lock, more, is_there); waited += more) {
    spdlog::warn("waits for the database, which has not taken a batch for {:.0f} s",
                 seconds_of(waited));
    more *= 2;
  }
}

// The writing half.
void Pipeline::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return is_closing_ || !handed_.empty(); });
    if (is_closing_) return;
    Handed first = std::move(handed_.front());
    handed_.pop_front();
    write(std::move(first), lock);
    if (has_failed_) return;
  }
}

void Pipeline::write(Handed handed, std::unique_lock<std::mutex>& lock) {
  is_writing_ = true;
  lock.unlock();
  std::exception_ptr failure;
  try {
    write_(*handed.batch, handed.passage);
  } catch (...) {
    failure = std::current_exception();
  }
  lock.lock();
  is_writing_ = false;
  bytes_on_their_way_ -= handed.bytes;
  if (handed.bytes / 2 <= bounds_.bytes / bounds_.batches) {
    empty_.push_back(std::move(handed.batch));
  } else {
    handed.batch.reset();
    --made_;
  }
  if (failure) {
    failure_ = failure;
    has_failed_ = true;
  }
  changed_.notify_all();
}

}  // namespace sluice
