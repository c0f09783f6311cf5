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

namespace sluice {

// What became of a message.
enum class Fate : std::uint8_t {
  open,       // not decided yet
  row,        // gives a row
  reject,     // gives a reject
  filtered,   // wanted no row
  tombstone,  // has no value
};

// A message of a batch: the record with its bytes in the batch's arena.
struct TakenMessage {
  Message record;
  Fate fate = Fate::open;
};

// Why a message gave no row. It is data: it goes into the table of rejects with its message.
struct Reject {
  std::uint32_t message = 0;  // number in the batch
  std::string column;         // empty where it is not about one column
  std::string reason;
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
// the decoded attributes (cells), then the rows that fit the table, and beside them the rejects.
// A batch carries its positions, so that who stores it knows the offsets without asking anybody.
//
// The batch is flat and reused: clear() keeps all memory. Nothing is allocated for a message that
// becomes a row, once the batch has grown to its size. One thread at a time owns a batch.
class Batch {
 public:
  // `attributes`: cells a message is decoded into. `columns`: cells of a row.
  Batch(std::size_t attributes, std::size_t columns, std::size_t partitions);

  // Copies the message's bytes; its cells begin as missing. Returns its number in the batch.
  std::uint32_t take(const Message& message);

  // The log holds nothing more of this partition below `next_offset`: the messages taken so far
  // bring the position there (markers, aborted messages and holes have been passed).
  void prove(PartitionIndex partition, Offset next_offset);

  std::span<TakenMessage> messages() { return messages_; }
  std::span<const TakenMessage> messages() const { return messages_; }
  std::span<Cell> attributes(std::uint32_t message) {
    return {attributes_.data() + std::size_t{message} * attribute_count_, attribute_count_};
  }

  // Opens a row for a message and returns its cells, to be filled or taken back.
  std::span<Cell> add_row(std::uint32_t message);
  void drop_last_row();
  std::size_t row_count() const { return row_messages_.size(); }
  std::span<const Cell> row(std::size_t row) const {
    return {rows_.data() + row * column_count_, column_count_};
  }
  std::uint32_t message_of_row(std::size_t row) const { return row_messages_[row]; }

  // Marks the message as rejected, with what is wrong.
  void reject(std::uint32_t message, std::string column, std::string reason);
  std::span<const Reject> rejects() const { return rejects_; }

  // How far each partition comes with the messages before `end` (all of them by default).
  // Partitions that do not move are left out. Proofs made later than `end` do not count.
  std::vector<Advance> advances(std::uint32_t end = UINT32_MAX) const;

  Arena& arena() { return arena_; }
  std::size_t used_bytes() const;
  bool empty() const { return messages_.empty() && proofs_.empty(); }

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
  std::vector<TakenMessage> messages_;
  std::vector<Cell> attributes_;
  std::vector<Cell> rows_;
  std::vector<std::uint32_t> row_messages_;
  std::vector<Reject> rejects_;
  std::vector<Proof> proofs_;
};

}  // namespace sluice
