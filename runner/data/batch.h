#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/arena.h"
#include "data/cell.h"
#include "data/message.h"
#include "data/reason.h"

namespace sluice {

// What became of a message.
enum class Fate : std::uint8_t {
  open,       // not decided yet
  row,        // gives a row
  reject,     // gives a reject
  filtered,   // wanted no row
  tombstone,  // has no value; what it deletes, if anything, is a row of the batch
};

// A message of a batch: the record with its bytes in the batch's memory. Values stand one right
// behind another in the order in which they were taken, unless one begins a new block of memory or
// messages were dropped: who makes use of it compares where they stand.
struct TakenMessage {
  Message record;
  Fate fate = Fate::open;
};

// One candidate for a row: a message, or with `explode` one element of an array in it. The
// candidates of a message stand together.
struct BatchRecord {
  std::uint32_t message = 0;
  std::uint32_t element = 0;     // number of the element, from 0
  bool is_filtered = false;      // wants no row
  std::uint32_t skipped_by = 0;  // the rule that filtered it: its number in the plan, plus 1
};

// Why a message gave no row. It is data: it goes into the table of rejects with its message.
struct Reject {
  std::uint32_t message = 0;  // number in the batch
  std::string column;         // empty where it is not about one column
  Reason reason;
  bool ends_job = false;  // whatever the budget of rejects
};

// An alert of the plan is about a row, or could not be reckoned for it.
struct AlertHit {
  std::size_t alert = 0;  // its number in the plan
  std::uint32_t message = 0;
  bool has_failed = false;
};

// How far a partition has come through the messages of a batch.
struct Advance {
  PartitionIndex partition = 0;
  Offset next_offset = 0;
  // The last message taken, to know the log again; -1 where the batch holds none of the partition
  // (its position moved over markers or holes only).
  Offset last_offset = -1;
  EpochMs last_timestamp_ms = no_timestamp;
  std::uint64_t last_hash = 0;
};

// Some consecutive messages of a job on their way into one transaction: first their bytes, then
// the attributes of their records (cells), then the rows that fit the table, and beside them the
// rejects. A message is whole: either all of its rows are there, or it is a reject and has none.
// A batch carries its positions, so that who stores it knows the offsets without asking anybody.
//
// The batch is flat and reused: clear() keeps all memory. Nothing is allocated for a message that
// becomes a row, once the batch has grown to its size. One thread at a time owns a batch.
class Batch {
 public:
  // `attributes`: cells of a record. `columns`: cells of a row.
  Batch(std::size_t attributes, std::size_t columns, std::size_t partitions);

  // Copies the message's bytes and opens its first record, whose cells begin as missing. Returns
  // the message's number in the batch. The message is none of the batch's own.
  std::uint32_t take(const Message& message);

  // Opens the record of one more element of the last message, with the cells of the last record.
  void add_element(std::uint32_t element);

  // Opens one more record, a copy of another one but for its number.
  void add_copy(std::uint32_t record, std::uint32_t element);
  // Takes back records that have no rows yet; those behind them move down.
  void drop_records(std::uint32_t first, std::uint32_t last);

  // The log holds nothing more of this partition below `next_offset`: the messages taken so far
  // bring the position there (markers, aborted messages and holes have been passed).
  void prove(PartitionIndex partition, Offset next_offset);

  std::span<TakenMessage> messages() { return messages_; }
  std::span<const TakenMessage> messages() const { return messages_; }

  std::uint32_t record_count() const { return static_cast<std::uint32_t>(records_.size()); }
  BatchRecord& record(std::uint32_t number) { return records_[number]; }
  const BatchRecord& record(std::uint32_t number) const { return records_[number]; }
  // Whether it still may give a row.
  bool is_open(std::uint32_t record) const {
    return !records_[record].is_filtered && messages_[records_[record].message].fate == Fate::open;
  }
  std::span<Cell> attributes(std::uint32_t record) {
    return {attributes_.data() + std::size_t{record} * attribute_count_, attribute_count_};
  }
  std::span<const Cell> attributes(std::uint32_t record) const {
    return {attributes_.data() + std::size_t{record} * attribute_count_, attribute_count_};
  }

  // Opens a row for a record and returns its cells, all of them to be filled: what they hold is
  // void. Where the message's fate is tombstone it stays so: the row then holds the key of the one
  // that is to be deleted.
  std::span<Cell> add_row(std::uint32_t record);
  // Takes back all rows of the message that the last row is of.
  void drop_rows_of(std::uint32_t message);
  std::size_t row_count() const { return row_records_.size(); }
  std::span<const Cell> row(std::size_t row) const {
    return {rows_.data() + row * column_count_, column_count_};
  }
  std::uint32_t record_of_row(std::size_t row) const { return row_records_[row]; }
  std::uint32_t message_of_row(std::size_t row) const {
    return records_[row_records_[row]].message;
  }
  std::uint32_t element_of_row(std::size_t row) const {
    return records_[row_records_[row]].element;
  }

  // Marks the message as rejected, with what is wrong.
  void reject(std::uint32_t message, std::string column, Reason reason, bool ends_job = false);
  std::span<const Reject> rejects() const { return rejects_; }

  void note_alert(AlertHit hit) { alert_hits_.push_back(hit); }
  std::span<const AlertHit> alert_hits() const { return alert_hits_; }

  // How far each partition comes with the messages before `end` (all of them by default).
  // Partitions that do not move are left out. Proofs made later than `end` do not count.
  std::vector<Advance> advances(std::uint32_t end = UINT32_MAX) const;

  Arena& arena() { return arena_; }
  std::size_t used_bytes() const;
  bool empty() const { return messages_.empty() && proofs_.empty(); }

  // Takes back the messages from `first` on, with all that was made of them and the proofs that
  // came behind them.
  void drop_from(std::uint32_t first);

  // Forgets everything but keeps the memory.
  void clear();

 private:
  struct Proof {
    std::uint32_t after_messages;
    PartitionIndex partition;
    Offset next_offset;
  };

  std::size_t attribute_count_;
  std::size_t column_count_;
  std::size_t partition_count_;
  Arena arena_;
  Arena values_;  // of messages, and nothing else
  std::vector<TakenMessage> messages_;
  std::vector<BatchRecord> records_;
  std::vector<Cell> attributes_;  // of each record
  std::vector<Cell> rows_;        // as many as there ever were; row_records_ counts those of now
  std::vector<std::uint32_t> row_records_;
  std::vector<Reject> rejects_;
  std::vector<AlertHit> alert_hits_;
  std::vector<Proof> proofs_;
};

}  // namespace sluice
