#include "crash/fault.h"

namespace sluice::test {

std::string_view name_of(Call call) {
  switch (call) {
    case Call::open:
      return "open";
    case Call::read:
      return "read";
    case Call::write:
      return "write";
    case Call::sync:
      return "sync";
    case Call::truncate:
      return "truncate";
    case Call::remove:
      return "remove";
    case Call::exists:
      return "exists";
    case Call::size:
      return "size";
    case Call::lock:
      return "lock";
    case Call::shared_map:
      return "map";
    case Call::shared_lock:
      return "lock";
    case Call::fetch:
      return "ask";
    case Call::end:
      return "end";
  }
  return "";
}

std::string_view name_of(Trouble trouble) {
  switch (trouble) {
    case Trouble::io_error:
      return "EIO";
    case Trouble::disk_full:
      return "ENOSPC";
    case Trouble::not_permitted:
      return "EACCES";
    case Trouble::read_only:
      return "EROFS";
    case Trouble::busy:
      return "busy";
    case Trouble::unavailable:
      return "unavailable";
  }
  return "";
}

ExitCode exit_code_for(Trouble trouble) {
  switch (trouble) {
    case Trouble::io_error:
    case Trouble::disk_full:
    case Trouble::not_permitted:
    case Trouble::read_only:
      return ExitCode::io;
    case Trouble::busy:
      return ExitCode::try_later;
    case Trouble::unavailable:
      return ExitCode::unavailable;
  }
  return ExitCode::our_bug;
}

bool can_fail(Call call, Trouble trouble) {
  switch (trouble) {
    case Trouble::io_error:
      return call != Call::open && call != Call::fetch && call != Call::end;
    case Trouble::disk_full:
      return call == Call::write || call == Call::shared_map;
    case Trouble::not_permitted:
      return call == Call::open || call == Call::remove || call == Call::exists;
    case Trouble::read_only:
      return call == Call::open;
    case Trouble::busy:
      return call == Call::lock || call == Call::shared_lock;
    case Trouble::unavailable:
      return call == Call::fetch;
  }
  return false;
}

}  // namespace sluice::test
