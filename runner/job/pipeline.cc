#include "job/pipeline.h"

#include <utility>

namespace sluice {

Pipeline::Pipeline(std::size_t batches, MakeBatch make_batch, Write write, unsigned cores)
    : make_batch_(std::move(make_batch)),
      write_(std::move(write)),
      has_cores_(cores > 1),
      slots_(batches) {}

Pipeline::~Pipeline() {
  {
    const std::lock_guard lock(mutex_);
    is_closing_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

Batch& Pipeline::batch() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return filled_ - written_ < slots_.size() || has_failed_; });
  throw_failure();
  std::unique_ptr<Batch>& batch = slot(filled_).batch;
  if (batch == nullptr) batch = make_batch_();
  return *batch;
}

void Pipeline::hand_over(Then then) {
  Slot& filled = slot(filled_);
  filled.then = then;
  if (!thread_.joinable()) {
    if (!is_for_thread(*filled.batch)) return write_(*filled.batch, then);
    thread_ = std::thread([this] { run(); });
  }
  {
    const std::lock_guard lock(mutex_);
    throw_failure();
    ++filled_;
  }
  changed_.notify_all();
}

bool Pipeline::is_for_thread(const Batch& batch) const {
  return has_cores_ && batch.used_bytes() >= overlap_from_bytes;
}

void Pipeline::drain() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return filled_ == written_ || has_failed_; });
  throw_failure();
}

bool Pipeline::has_failed() const {
  const std::lock_guard lock(mutex_);
  return has_failed_;
}

void Pipeline::throw_failure() {
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

// The writing half.
void Pipeline::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return is_closing_ || filled_ > written_; });
    if (is_closing_) return;
    Slot& full = slot(written_);
    lock.unlock();
    std::exception_ptr failure;
    try {
      write_(*full.batch, full.then);
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    ++written_;
    if (failure) {
      failure_ = failure;
      has_failed_ = true;
    }
    changed_.notify_all();
    if (failure) return;
  }
}

}  // namespace sluice
