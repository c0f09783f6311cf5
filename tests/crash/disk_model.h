#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::test {

// What of the writes that were never synced a power cut leaves. A disk promises nothing about them:
// none may be there, all, or some, in any order, and one may be there in part.
enum class Survival {
  nothing,     // only what was synced
  everything,  // all writes had just made it
  earlier,     // the first half, the one at the border torn
  later,       // the second half, the one at the border torn
  scattered,   // each one as the dice fall: kept, dropped or torn
};
std::string_view name_of(Survival survival);
constexpr Survival all_survivals[] = {Survival::nothing, Survival::everything, Survival::earlier,
                                      Survival::later, Survival::scattered};

// The files of one folder as a disk holds them: what was synced, and what was only written.
//
// A file's content is on the disk after its own sync; that it exists, has gone or was replaced,
// after a sync of its folder. Until then a power cut may show it otherwise (POSIX promises no more;
// https://www.sqlite.org/atomiccommit.html 4). Writes tear at sectors of 512 bytes.
class DiskModel {
 public:
  // Everything that is in the folder now counts as synced.
  explicit DiskModel(std::string folder);

  // By the path of the file; a file that is not known is one that was made meanwhile, empty.
  void open(const std::string& path);
  void write(const std::string& path, std::int64_t offset, std::string_view bytes);
  void truncate(const std::string& path, std::int64_t size);
  void sync(const std::string& path);
  void remove(const std::string& path);
  void sync_folder();

  // Puts into `into`, the folder itself or an empty one, what a power cut would leave of the
  // folder. Files that did not go through this model stay as they are, but for those of shared
  // memory, which no disk holds.
  void cut_power(Survival survival, std::uint32_t seed, const std::string& into) const;

 private:
  struct Change {
    std::int64_t order = 0;  // over all files
    std::int64_t offset = 0;
    std::optional<std::string> bytes;  // none: the file ends at offset now
  };
  struct File {
    std::string synced;
    std::vector<Change> unsynced;
  };
  using Files = std::map<std::string, std::shared_ptr<File>>;
  class Dice;

  File& file(const std::string& path);
  Files surviving_entries(Survival survival, Dice& dice) const;
  std::vector<std::int64_t> unsynced_orders() const;
  std::string content(const File& file, const std::vector<std::int64_t>& orders, Survival survival,
                      Dice& dice) const;

  std::string folder_;
  Files now_;
  Files synced_;
  std::int64_t changes_ = 0;
};

}  // namespace sluice::test
