#include "crash/faulty_vfs.h"

#include <sqlite3.h>

#include <new>
#include <string>
#include <string_view>

#include "crash/fault_line.h"

namespace sluice::test {
namespace {

// The file of SQLite's own VFS lies right behind ours.
struct FaultyFile {
  sqlite3_file base;
  std::string* path;  // null: a temporary file, which no crash leaves behind
  const char* kind;
  bool syncs_folder;  // its next sync

  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

FaultyFile& ours(sqlite3_file* file) { return *reinterpret_cast<FaultyFile*>(file); }
sqlite3_vfs* own(sqlite3_vfs* vfs) { return static_cast<sqlite3_vfs*>(vfs->pAppData); }

const char* kind_of(int flags) {
  if (flags & SQLITE_OPEN_MAIN_DB) return "db";
  if (flags & SQLITE_OPEN_WAL) return "wal";
  if (flags & (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL)) return "journal";
  return "temp";
}

const char* kind_of(std::string_view path) {
  if (path.ends_with("-wal")) return "wal";
  return path.ends_with("-journal") ? "journal" : "db";
}

std::optional<Trouble> pass(Call call, const char* what) {
  FaultLine* line = FaultLine::current();
  return line != nullptr ? line->pass(call, what) : std::nullopt;
}

template <class Change>
void happened(Change change) {
  if (FaultLine* line = FaultLine::current()) line->happened(change);
}

// A step that fails as `io_error` unless it is somebody else's lock.
int fails(Call call, const char* what, int io_error) {
  const std::optional<Trouble> trouble = pass(call, what);
  if (!trouble) return SQLITE_OK;
  return *trouble == Trouble::busy ? SQLITE_BUSY : io_error;
}

int close_file(sqlite3_file* file) {
  delete ours(file).path;
  return ours(file).real()->pMethods->xClose(ours(file).real());
}

int read_file(sqlite3_file* file, void* into, int size, sqlite3_int64 offset) {
  if (const int code = fails(Call::read, ours(file).kind, SQLITE_IOERR_READ)) return code;
  return ours(file).real()->pMethods->xRead(ours(file).real(), into, size, offset);
}

int write_through(FaultyFile& file, const void* from, int size, sqlite3_int64 offset) {
  if (file.path != nullptr) {
    const std::string_view bytes(static_cast<const char*>(from), static_cast<std::size_t>(size));
    happened([&](DiskModel& disk) { disk.write(*file.path, offset, bytes); });
  }
  return file.real()->pMethods->xWrite(file.real(), from, size, offset);
}

int write_file(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
  const std::optional<Trouble> trouble = pass(Call::write, ours(file).kind);
  if (trouble == Trouble::io_error) return SQLITE_IOERR_WRITE;
  if (trouble == Trouble::disk_full) {
    write_through(ours(file), from, size / 2, offset);
    return SQLITE_FULL;
  }
  return write_through(ours(file), from, size, offset);
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  if (const int code = fails(Call::truncate, ours(file).kind, SQLITE_IOERR_TRUNCATE)) return code;
  if (ours(file).path != nullptr) {
    happened([&](DiskModel& disk) { disk.truncate(*ours(file).path, size); });
  }
  return ours(file).real()->pMethods->xTruncate(ours(file).real(), size);
}

int sync_file(sqlite3_file* file, int) {
  if (const int code = fails(Call::sync, ours(file).kind, SQLITE_IOERR_FSYNC)) return code;
  if (ours(file).path == nullptr) return SQLITE_OK;
  happened([&](DiskModel& disk) {
    disk.sync(*ours(file).path);
    if (ours(file).syncs_folder) disk.sync_folder();
  });
  ours(file).syncs_folder = false;
  return SQLITE_OK;
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
  if (const int code = fails(Call::size, ours(file).kind, SQLITE_IOERR_FSTAT)) return code;
  return ours(file).real()->pMethods->xFileSize(ours(file).real(), size);
}

int lock_file(sqlite3_file* file, int level) {
  if (const int code = fails(Call::lock, ours(file).kind, SQLITE_IOERR_LOCK)) return code;
  return ours(file).real()->pMethods->xLock(ours(file).real(), level);
}

int unlock_file(sqlite3_file* file, int level) {
  return ours(file).real()->pMethods->xUnlock(ours(file).real(), level);
}

int check_reserved_lock(sqlite3_file* file, int* result) {
  return ours(file).real()->pMethods->xCheckReservedLock(ours(file).real(), result);
}

int control_file(sqlite3_file* file, int what, void* argument) {
  return ours(file).real()->pMethods->xFileControl(ours(file).real(), what, argument);
}

int sector_size(sqlite3_file* file) {
  return ours(file).real()->pMethods->xSectorSize(ours(file).real());
}

int device_characteristics(sqlite3_file* file) {
  return ours(file).real()->pMethods->xDeviceCharacteristics(ours(file).real());
}

int map_shared(sqlite3_file* file, int page, int size, int extend, void volatile** memory) {
  if (const int code = fails(Call::shared_map, "shm", SQLITE_IOERR_SHMMAP)) return code;
  return ours(file).real()->pMethods->xShmMap(ours(file).real(), page, size, extend, memory);
}

int lock_shared(sqlite3_file* file, int offset, int count, int flags) {
  if (flags & SQLITE_SHM_LOCK) {
    if (const int code = fails(Call::shared_lock, "shm", SQLITE_IOERR_SHMLOCK)) return code;
  }
  return ours(file).real()->pMethods->xShmLock(ours(file).real(), offset, count, flags);
}

void fence_shared(sqlite3_file* file) {
  ours(file).real()->pMethods->xShmBarrier(ours(file).real());
}

int unmap_shared(sqlite3_file* file, int remove) {
  return ours(file).real()->pMethods->xShmUnmap(ours(file).real(), remove);
}

// Version 2: with shared memory, without the file mapped into memory.
const sqlite3_io_methods methods = {2,
                                    close_file,
                                    read_file,
                                    write_file,
                                    truncate_file,
                                    sync_file,
                                    file_size,
                                    lock_file,
                                    unlock_file,
                                    check_reserved_lock,
                                    control_file,
                                    sector_size,
                                    device_characteristics,
                                    map_shared,
                                    lock_shared,
                                    fence_shared,
                                    unmap_shared,
                                    nullptr,
                                    nullptr};

// What SQLite's own VFS does on a file system that is mounted read-only.
int read_only(int flags) {
  constexpr int writing = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXCLUSIVE;
  return (flags & ~writing) | SQLITE_OPEN_READONLY;
}

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* flags_out) {
  FaultyFile& opened = *new (file) FaultyFile{};
  opened.kind = kind_of(flags);
  const std::optional<Trouble> trouble = pass(Call::open, opened.kind);
  if (trouble == Trouble::not_permitted) return SQLITE_CANTOPEN;
  const int wanted = trouble == Trouble::read_only ? read_only(flags) : flags;
  const int code = own(vfs)->xOpen(own(vfs), name, opened.real(), wanted, flags_out);
  if (opened.real()->pMethods == nullptr) return code;
  opened.base.pMethods = &methods;
  if (code != SQLITE_OK || name == nullptr || std::string_view(opened.kind) == "temp") return code;
  opened.path = new std::string(name);
  // As in unixOpen() of os_unix.c: the first sync of a journal that may be new syncs the folder.
  opened.syncs_folder = (flags & SQLITE_OPEN_CREATE) != 0 && std::string_view(opened.kind) != "db";
  if ((flags & SQLITE_OPEN_CREATE) != 0 || std::string_view(opened.kind) == "db") {
    happened([&](DiskModel& disk) { disk.open(*opened.path); });
  }
  return code;
}

int remove_file(sqlite3_vfs* vfs, const char* name, int sync_folder) {
  if (pass(Call::remove, kind_of(std::string_view(name)))) return SQLITE_IOERR_DELETE;
  const int code = own(vfs)->xDelete(own(vfs), name, 0);
  happened([&](DiskModel& disk) {
    disk.remove(name);
    if (sync_folder != 0) disk.sync_folder();
  });
  return code;
}

int file_exists(sqlite3_vfs* vfs, const char* name, int flags, int* result) {
  if (pass(Call::exists, kind_of(std::string_view(name)))) return SQLITE_IOERR_ACCESS;
  return own(vfs)->xAccess(own(vfs), name, flags, result);
}

int full_path(sqlite3_vfs* vfs, const char* name, int size, char* path) {
  return own(vfs)->xFullPathname(own(vfs), name, size, path);
}

int randomness(sqlite3_vfs* vfs, int size, char* bytes) {
  return own(vfs)->xRandomness(own(vfs), size, bytes);
}

// Only for a lock that a fault holds, and time changes nothing about it: SQLite would give up after
// 10 s of such waits (walTryBeginRead() in wal.c).
int sleep_for(sqlite3_vfs*, int microseconds) { return microseconds; }

int current_time(sqlite3_vfs* vfs, double* time) { return own(vfs)->xCurrentTime(own(vfs), time); }

int last_error(sqlite3_vfs* vfs, int size, char* text) {
  return own(vfs)->xGetLastError(own(vfs), size, text);
}

}  // namespace

void install_faulty_vfs() {
  static sqlite3_vfs vfs;
  if (vfs.pAppData != nullptr) return;
  sqlite3_vfs* unix_vfs = sqlite3_vfs_find(nullptr);
  vfs.iVersion = 1;
  vfs.szOsFile = static_cast<int>(sizeof(FaultyFile)) + unix_vfs->szOsFile;
  vfs.mxPathname = unix_vfs->mxPathname;
  vfs.zName = "faulty";
  vfs.pAppData = unix_vfs;
  vfs.xOpen = open_file;
  vfs.xDelete = remove_file;
  vfs.xAccess = file_exists;
  vfs.xFullPathname = full_path;
  vfs.xRandomness = randomness;
  vfs.xSleep = sleep_for;
  vfs.xCurrentTime = current_time;
  vfs.xGetLastError = last_error;
  sqlite3_vfs_register(&vfs, 1);
}

}  // namespace sluice::test
