#include "store/sqlite_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "sqlite/database.h"
#include "sqlite/expression.h"
#include "sqlite/quote.h"
#include "sqlite/transaction.h"
#include "store/gap_table.h"
#include "store/history.h"
#include "store/layout.h"
#include "store/names.h"
#include "store/new_file.h"

namespace sluice {

namespace {

constexpr std::chrono::seconds least_look_time{5};  // of all looks together

bool is_missing(const std::string& path) {
  std::error_code failed;
  return std::filesystem::status(path, failed).type() == std::filesystem::file_type::not_found;
}

bool any_must_be_durable(std::span<const PlannedPartition> partitions) {
  return std::ranges::any_of(partitions, &PlannedPartition::start_must_be_durable);
}

std::vector<BatchOrigin> origins_of(std::span<const PlannedPartition> partitions) {
  std::vector<BatchOrigin> origins;
  for (const PlannedPartition& partition : partitions) {
    const PartitionId& id = partition.id;
    origins.push_back({id.source, id.topic, partition.generation, id.partition});
  }
  return origins;
}

// A message that nobody has decided would be passed over: neither row nor reject, and gone.
void check_decided(const Batch& batch) {
  if (std::ranges::count(batch.messages(), Fate::open, &TakenMessage::fate) == 0) return;
  throw Error(ExitCode::our_bug, "a batch holds messages that were not decided");
}

Counts counts_of(const Batch& batch, const RowWriter::Result& result) {
  const auto taken = batch.messages().first(result.verdict.end());
  Counts counts;
  counts.messages = static_cast<std::int64_t>(taken.size());
  counts.inserted = result.rows.inserted;
  counts.updated = result.rows.updated;
  counts.deleted = result.rows.deleted;
  counts.unchanged = result.rows.unchanged;
  counts.filtered =
      std::ranges::count(taken, Fate::filtered, &TakenMessage::fate) + result.rows.ignored;
  counts.tombstones = std::ranges::count(taken, Fate::tombstone, &TakenMessage::fate);
  counts.rejected = static_cast<std::int64_t>(result.verdict.rejects().size());
  return counts;
}

// What a look finds; nothing where its time was over before.
template <class Look>
auto unless_late(const StopSignal& stop, const Look& look) -> std::optional<decltype(look())> {
  try {
    return look();
  } catch (const Error& error) {
    if (!error.is_interruption() || stop.raised()) throw;
    return std::nullopt;
  }
}

}  // namespace

SqliteStore::SqliteStore(PlannedTable table, std::chrono::milliseconds lock_timeout,
                         std::function<std::optional<Clock::Instant>()> deadline,
                         const StopSignal& stop, const Clock& clock)
    : table_(std::move(table)),
      lock_timeout_(lock_timeout),
      deadline_(std::move(deadline)),
      stop_(stop),
      clock_(clock),
      lock_(table_.database_path, table_.name) {}

SqliteStore::~SqliteStore() = default;

Patience SqliteStore::patience() const { return {lock_timeout_, deadline_, &stop_, &clock_}; }

std::string SqliteStore::now() const { return history_time(clock_.wall_ms()); }

bool SqliteStore::acquire(Clock::Instant until) { return lock_.wait(until, clock_, stop_); }

std::vector<StoredPosition> SqliteStore::positions() {
  if (is_missing(table_.database_path)) return {};
  Database database(table_.database_path, Database::Mode::look, patience());
  check_layout(database, table_);
  if (!has_table(database, TableNames(table_.name).metadata)) return {};
  return read_positions(database, table_.name);
}

void SqliteStore::begin_job(const JobStart& job, std::span<const PlannedPartition> partitions) {
  if (keeps_nothing_) return begin_rehearsal(job, partitions);
  NewFile file(table_.database_path);
  auto session = std::make_unique<Session>(table_, patience());
  // EXTRA where there is a rollback journal: FULL does not sync the folder after the journal was
  // deleted, so a power cut could bring it back and undo what was committed
  // (https://www.sqlite.org/pragma.html#pragma_synchronous).
  session->sync(!session->wal ? "EXTRA" : any_must_be_durable(partitions) ? "FULL" : "NORMAL");

  Transaction transaction(session->database);
  lay_out(*session, job, partitions);
  transaction.commit();

  file.keep();
  session->sync("NORMAL");
  session_ = std::move(session);
}

void SqliteStore::begin_rehearsal(const JobStart& job,
                                  std::span<const PlannedPartition> partitions) {
  auto session = std::make_unique<Session>(table_, patience(), Session::Journal::as_it_is);
  session->uncommitted.emplace(session->database, partitions.size());
  lay_out(*session, job, partitions);
  session_ = std::move(session);
}

// Inside the caller's transaction.
void SqliteStore::lay_out(Session& session, const JobStart& job,
                          std::span<const PlannedPartition> partitions) {
  session.check_file_is_there();
  check_layout(session.database, table_);
  make_layout(session.database, table_);
  session.prepare(purpose());
  if (lock_.is_held()) session.history->close_dead(table_.name, clock_.wall_ms());
  session.history->open(job, table_.name);
  store_starts(session, job.job_id, partitions);
  hold(session, partitions);
  job_id_ = job.job_id;
}

void SqliteStore::reposition(std::span<const PlannedPartition> partitions) {
  Session& open = session();
  open.use_wal();
  if (any_must_be_durable(partitions)) open.sync("FULL");
  Transaction transaction(open.database);
  open.check_file_is_there();
  store_starts(open, job_id_, partitions);
  commit_failed_ = true;
  transaction.commit();
  commit_failed_ = false;
  open.sync("NORMAL");
  hold(open, partitions);
}

void SqliteStore::store_starts(Session& session, const std::string& job_id,
                               std::span<const PlannedPartition> partitions) const {
  if (purpose() != Session::Purpose::load) return;
  for (const PlannedPartition& partition : partitions) {
    session.positions->begin(partition, job_id, now());
  }
}

void SqliteStore::hold(Session& session, std::span<const PlannedPartition> partitions) {
  session.batch_table.set_origins(origins_of(partitions));
  held_.clear();
  for (const PlannedPartition& partition : partitions) {
    held_.push_back({partition.id, partition.generation, partition.stands_at(), partition.lost,
                     partition.end_offset, partition.cluster_id, partition.topic_id,
                     partition.last, partition.anchor});
  }
}

Session& SqliteStore::session() {
  if (session_ == nullptr) throw Error(ExitCode::our_bug, "the store has no job");
  if (commit_failed_) throw Error(ExitCode::our_bug, "the store is used after a failed commit");
  return *session_;
}

Written SqliteStore::write(const Batch& batch, std::int64_t rejects_left, const Counts& job_counts,
                           Then then) {
  Session& open = session();
  if (batch.empty()) return {};
  check_decided(batch);
  try {
    Uncommitted& uncommitted = transaction_for_batch(open);
    const Clock::Instant began = clock_.now();
    Written written = write(open, uncommitted, batch, rejects_left);
    uncommitted.job_counts = job_counts;
    uncommitted.job_counts += written.counts;
    written.is_committed = then == Then::commit || written.over_budget || open.rows->may_undo_all();
    if (written.is_committed) commit(open);
    pace_.wrote(static_cast<std::int64_t>(batch.row_count()), clock_.now() - began,
                written.is_committed);
    return written;
  } catch (...) {
    open.uncommitted.reset();
    throw;
  }
}

void SqliteStore::commit() {
  Session& open = session();
  if (!open.uncommitted) return;
  try {
    const Clock::Instant began = clock_.now();
    commit(open);
    pace_.wrote(0, clock_.now() - began, true);
  } catch (...) {
    open.uncommitted.reset();
    throw;
  }
}

std::vector<Advance> SqliteStore::pass_lost_ranges(std::span<const PartitionIndex> partitions,
                                                   const Counts& job_counts) {
  std::vector<Advance> passed;
  for (const PartitionIndex partition : partitions) {
    const auto& lost = held_[partition].lost;
    if (lost) passed.push_back({.partition = partition, .next_offset = lost->to_offset});
  }
  if (passed.empty()) return passed;
  Session& open = session();
  Uncommitted& uncommitted = transaction_for_batch(open);
  uncommitted.job_counts = job_counts;
  for (const Advance& advance : passed) uncommitted.move(advance);
  try {
    commit(open);
  } catch (...) {
    open.uncommitted.reset();
    throw;
  }
  return passed;
}

// What is there already is behind a mark, so that a batch with a refused row undoes itself only.
Uncommitted& SqliteStore::transaction_for_batch(Session& open) {
  if (open.uncommitted) {
    open.uncommitted->transaction.mark();
    return *open.uncommitted;
  }
  open.use_wal();
  open.uncommitted.emplace(open.database, held_.size());
  open.check_file_is_there();
  return *open.uncommitted;
}

Written SqliteStore::write(Session& open, Uncommitted& uncommitted, const Batch& batch,
                           std::int64_t rejects_left) {
  const RowWriter::Result result = open.rows->write(uncommitted.transaction, batch, rejects_left);
  const Written written{.counts = counts_of(batch, result),
                        .advances = moves(batch, uncommitted, result.verdict.end()),
                        .over_budget = result.verdict.over_budget(),
                        .rejected = result.verdict.rejected_messages()};
  if (written.over_budget) compare_position_of(batch, written.over_budget->message);
  if (open.newest) open.newest->note(batch, result.verdict.end(), written.rejected);
  store_rejects(batch, result.verdict);
  for (const Advance& advance : written.advances) {
    note_first(batch, advance, uncommitted);
    uncommitted.move(advance);
  }
  return written;
}

// Nothing was taken of the partition yet, in this job or another, that its log could be known by.
void SqliteStore::note_first(const Batch& batch, const Advance& advance,
                             Uncommitted& uncommitted) const {
  const HeldPosition& held = held_[advance.partition];
  std::optional<Fingerprint>& first = uncommitted.first[advance.partition];
  if (advance.last_offset < 0 || held.has_own_anchor || held.known_by || first) return;
  const auto is_its = [&](const TakenMessage& message) {
    return message.record.partition == advance.partition;
  };
  first = fingerprint_of(std::ranges::find_if(batch.messages(), is_its)->record);
}

// A message that ends the job moves nothing. Where another job has loaded it meanwhile, its row is
// there already and is no fault of the message.
void SqliteStore::compare_position_of(const Batch& batch, std::uint32_t message) {
  if (purpose() == Session::Purpose::replay) return;
  session().positions->compare(held_[batch.messages()[message].record.partition]);
}

void SqliteStore::store_rejects(const Batch& batch, const Verdict& verdict) {
  for (const Reject* reject : verdict.rejects()) {
    const Message& message = batch.messages()[reject->message].record;
    session().rejects->add(held_[message.partition], message, *reject, job_id_);
  }
}

void SqliteStore::commit(Session& open) {
  if (keeps_nothing_) return;
  Uncommitted& uncommitted = *open.uncommitted;
  const auto has_moved = [](const Advance& advance) { return advance.next_offset > 0; };
  for (const Advance& advance : uncommitted.moved) {
    if (!has_moved(advance)) continue;
    move(open, held_[advance.partition], advance);
    if (advance.last_offset >= 0) set_anchor(open, uncommitted, advance.partition);
  }
  open.history->count(job_id_, uncommitted.job_counts);

  commit_failed_ = true;
  uncommitted.transaction.commit();
  commit_failed_ = false;
  for (const Advance& advance : uncommitted.moved) {
    if (!has_moved(advance)) continue;
    HeldPosition& held = held_[advance.partition];
    held.next_offset = advance.next_offset;
    held.lost.reset();
    held.has_own_anchor |= advance.last_offset >= 0;
  }
  open.uncommitted.reset();
  open.wal_watch.look();
  open.wal_writeback.begin();
}

void SqliteStore::move(Session& open, const HeldPosition& from, const Advance& to) const {
  open.positions->advance(from, to, job_id_, now());
  if (from.lost) GapTable(open.database, table_.name).add(from.id, *from.lost, job_id_, now());
}

// Who takes messages of a partition has met what its log was known by before: so much for an older
// anchor.
void SqliteStore::set_anchor(Session& open, const Uncommitted& uncommitted,
                             PartitionIndex partition) {
  const HeldPosition& held = held_[partition];
  if (held.has_own_anchor) return;
  open.positions->set_anchor(held, held.known_by ? *held.known_by : *uncommitted.first[partition]);
}

// What the batch moves on. A proof of what is written already moves nothing; a message from below
// the position must not be here, since its row would be there twice.
std::vector<Advance> SqliteStore::moves(const Batch& batch, const Uncommitted& uncommitted,
                                        std::uint32_t end) const {
  if (purpose() == Session::Purpose::replay) return {};
  std::vector<Advance> moves = batch.advances(end);
  std::erase_if(moves, [&](const Advance& advance) {
    const HeldPosition& held = held_[advance.partition];
    const Offset at = std::max(held.next_offset, uncommitted.moved[advance.partition].next_offset);
    if (advance.next_offset > at) return false;
    if (advance.last_offset < 0) return true;
    throw Error(ExitCode::our_bug, fmt::format("{} came again, the table is at @{} already",
                                               notation(held.id, advance.last_offset), at));
  });
  return moves;
}

// Says when it is over for looks at what was committed.
std::function<bool()> SqliteStore::time_for_looks() {
  if (!looks_end_at_least_) looks_end_at_least_ = clock_.now() + least_look_time;
  const auto deadline = deadline_ ? deadline_() : std::nullopt;
  const Clock::Instant until = std::max(*looks_end_at_least_, deadline.value_or(Clock::Instant{}));
  return [this, until] { return stop_.raised() || clock_.now() >= until; };
}

std::optional<std::int64_t> SqliteStore::count_rows(std::int64_t most) {
  Database database(table_.database_path, Database::Mode::look, patience());
  Statement count = database.prepare(fmt::format("SELECT count(*) FROM (SELECT 1 FROM {} LIMIT ?1)",
                                                 quote_identifier(table_.name)));
  const auto is_over = time_for_looks();
  interrupt_when(database, is_over);
  return unless_late(stop_, [&] {
    Refusal none;
    return count.with(most).try_step(none) == Statement::Step::row ? count.integer(0) : 0;
  });
}

// On a connection of its own, where nothing can be written.
ConditionResult SqliteStore::test(const std::string& expression) {
  Database database(table_.database_path, Database::Mode::look, patience());
  seal_for_conditions(database);
  const auto is_over = time_for_looks();
  const auto result =
      unless_late(stop_, [&] { return test_condition(database, expression, is_over); });
  return result.value_or(ConditionResult{false, "not known: its time was over"});
}

void SqliteStore::record_failure(const JobStart& job, const JobEnd& end) {
  if (!lock_.is_held() || is_missing(table_.database_path)) return;
  {
    Database database(table_.database_path, Database::Mode::look, patience());
    if (!has_table(database, "sluice_jobs")) return;
  }
  const auto session = std::make_unique<Session>(table_, patience());
  session->sync("FULL");
  Transaction transaction(session->database);
  record(session->database, job, end);
  transaction.commit();
}

void SqliteStore::record(Database& database, const JobStart& job, const JobEnd& end) const {
  History history(database);
  history.close_dead(table_.name, clock_.wall_ms());
  history.open(job, table_.name);
  history.close(job.job_id, end);
}

void SqliteStore::drop_anchors(Session& open, const std::vector<PartitionIndex>& known) const {
  for (const PartitionIndex partition : known) {
    const HeldPosition& held = held_[partition];
    if (held.anchor && !held.has_own_anchor) drop_anchor(open.database, table_.name, held);
  }
}

void SqliteStore::end_job(const JobEnd& end) {
  if (keeps_nothing_) return session_.reset();
  if (commit_failed_) {
    session_.reset();
    session_ = std::make_unique<Session>(table_, patience());
    session_->history.emplace(session_->database);
    commit_failed_ = false;
  }
  Session& open = session();
  open.uncommitted.reset();
  open.use_wal();
  close_history(open, end);
  // Into the database with all of the WAL, which is synced on the way: the close would do that
  // anyway. Where a reader keeps the WAL, nobody has synced it, and a commit does, of something.
  if (!open.database.try_truncate_wal()) {
    open.sync("FULL");
    Transaction transaction(open.database);
    open.database.touch();
    transaction.commit();
  }
  session_.reset();
}

void SqliteStore::close_history(Session& open, const JobEnd& end) const {
  Transaction transaction(open.database);
  open.check_file_is_there();
  drop_anchors(open, end.known);
  open.history->close(job_id_, end);
  transaction.commit();
}

}  // namespace sluice
