#include "crash/disk_model.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <stdexcept>

namespace sluice::test {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t sector_bytes = 512;

std::string bytes_of(const fs::path& path) {
  std::string content(fs::file_size(path), '\0');
  std::ifstream file(path, std::ios::binary);
  if (!file.read(content.data(), static_cast<std::streamsize>(content.size()))) {
    throw std::runtime_error("cannot read " + path.string());
  }
  return content;
}

void replace_file(const fs::path& path, const std::string& content) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << content;
  file.close();
  if (!file) throw std::runtime_error("cannot write " + path.string());
}

void put(std::string& content, std::int64_t offset, std::string_view bytes) {
  const auto at = static_cast<std::size_t>(offset);
  if (content.size() < at + bytes.size()) content.resize(at + bytes.size(), '\0');
  bytes.copy(content.data() + at, bytes.size());
}

enum class Fate { kept, dropped, torn };

}  // namespace

class DiskModel::Dice {
 public:
  explicit Dice(std::uint32_t seed) : random_(seed) {}
  std::uint32_t below(std::uint32_t sides) { return static_cast<std::uint32_t>(random_() % sides); }

 private:
  std::mt19937 random_;
};

std::string_view name_of(Survival survival) {
  switch (survival) {
    case Survival::nothing:
      return "only the synced";
    case Survival::everything:
      return "everything";
    case Survival::earlier:
      return "earlier writes";
    case Survival::later:
      return "later writes";
    case Survival::scattered:
      return "scattered writes";
  }
  return "";
}

DiskModel::DiskModel(std::string folder) : folder_(std::move(folder)) {
  for (const auto& entry : fs::directory_iterator(folder_)) {
    if (!entry.is_regular_file()) continue;
    now_[entry.path().string()] =
        std::make_shared<File>(File{.synced = bytes_of(entry.path()), .unsynced = {}});
  }
  synced_ = now_;
}

DiskModel::File& DiskModel::file(const std::string& path) {
  std::shared_ptr<File>& file = now_[path];
  if (!file) file = std::make_shared<File>();
  return *file;
}

void DiskModel::open(const std::string& path) { file(path); }

void DiskModel::write(const std::string& path, std::int64_t offset, std::string_view bytes) {
  file(path).unsynced.push_back({changes_++, offset, std::string(bytes)});
}

void DiskModel::truncate(const std::string& path, std::int64_t size) {
  file(path).unsynced.push_back({changes_++, size, std::nullopt});
}

void DiskModel::sync(const std::string& path) {
  File& synced = file(path);
  for (const Change& change : synced.unsynced) {
    if (change.bytes)
      put(synced.synced, change.offset, *change.bytes);
    else
      synced.synced.resize(static_cast<std::size_t>(change.offset), '\0');
  }
  synced.unsynced.clear();
}

void DiskModel::remove(const std::string& path) { now_.erase(path); }

void DiskModel::sync_folder() { synced_ = now_; }

// Both the folder as it was synced and as it is now may be found; between them each file for
// itself.
DiskModel::Files DiskModel::surviving_entries(Survival survival, Dice& dice) const {
  if (survival == Survival::nothing) return synced_;
  if (survival == Survival::everything) return now_;
  Files entries;
  Files either = synced_;
  either.insert(now_.begin(), now_.end());
  for (const auto& [path, unused] : either) {
    const Files& from = dice.below(2) == 0 ? synced_ : now_;
    if (const auto found = from.find(path); found != from.end()) entries.insert(*found);
  }
  return entries;
}

std::vector<std::int64_t> DiskModel::unsynced_orders() const {
  std::vector<std::int64_t> orders;
  for (const Files* files : {&now_, &synced_}) {
    for (const auto& [path, file] : *files) {
      for (const Change& change : file->unsynced) orders.push_back(change.order);
    }
  }
  std::ranges::sort(orders);
  orders.erase(std::unique(orders.begin(), orders.end()), orders.end());
  return orders;
}

std::string DiskModel::content(const File& file, const std::vector<std::int64_t>& orders,
                               Survival survival, Dice& dice) const {
  const std::int64_t border = orders.empty() ? 0 : orders[orders.size() / 2];
  const auto fate_of = [&](const Change& change) {
    if (survival == Survival::nothing) return Fate::dropped;
    if (survival == Survival::everything) return Fate::kept;
    if (survival == Survival::scattered) return static_cast<Fate>(dice.below(3));
    if (change.order == border) return Fate::torn;
    return (change.order < border) == (survival == Survival::earlier) ? Fate::kept : Fate::dropped;
  };
  std::string content = file.synced;
  for (const Change& change : file.unsynced) {
    const Fate fate = fate_of(change);
    if (fate == Fate::dropped) continue;
    if (!change.bytes) {
      content.resize(static_cast<std::size_t>(change.offset), '\0');
      continue;
    }
    for (std::size_t at = 0; at < change.bytes->size(); at += sector_bytes) {
      if (fate == Fate::torn && dice.below(2) == 0) continue;
      put(content, change.offset + static_cast<std::int64_t>(at),
          std::string_view(*change.bytes).substr(at, sector_bytes));
    }
  }
  return content;
}

void DiskModel::cut_power(Survival survival, std::uint32_t seed, const std::string& into) const {
  Dice dice(seed);
  const auto place_of = [&](const fs::path& path) { return fs::path(into) / path.filename(); };
  const Files entries = surviving_entries(survival, dice);
  const std::vector<std::int64_t> orders = unsynced_orders();
  if (into != folder_) {
    for (const auto& entry : fs::directory_iterator(folder_)) {
      const std::string path = entry.path().string();
      const bool is_known = now_.contains(path) || synced_.contains(path);
      if (is_known || path.ends_with("-shm") || !entry.is_regular_file()) continue;
      fs::copy_file(entry.path(), place_of(entry.path()));
    }
  }
  for (const Files* files : {&now_, &synced_}) {
    for (const auto& [path, unused] : *files) fs::remove(place_of(path));
  }
  for (const auto& [path, file] : entries) {
    replace_file(place_of(path), content(*file, orders, survival, dice));
  }
  for (const auto& entry : fs::directory_iterator(into)) {
    if (entry.path().string().ends_with("-shm")) fs::remove(entry.path());
  }
}

}  // namespace sluice::test
