// The disk under the crash tests: what it keeps, loses and tears.
#include "crash/disk_model.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "support/temp_dir.h"

using namespace sluice::test;

namespace {

std::string read(const std::string& path) {
  if (!std::filesystem::exists(path)) return "-";
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// A file "f" that was synced with "old", and three writes over it that were not.
struct Disk {
  Disk() {
    file = dir.write("f", "old");
    model.emplace(dir.path().string());
    model->write(file, 0, "A");
    model->write(file, 1, std::string(512, 'B') + std::string(512, 'C'));
    model->write(file, 2000, "D");
  }
  std::string after(Survival survival, std::uint32_t seed = 1) const {
    model->cut_power(survival, seed, dir.path().string());
    return read(file);
  }

  TempDir dir;
  std::string file;
  std::optional<DiskModel> model;
};

}  // namespace

TEST_CASE("what was not synced may be lost, kept, or kept in part and in any order") {
  CHECK(Disk().after(Survival::nothing) == "old");

  const std::string all = Disk().after(Survival::everything);
  CHECK(all.size() == 2001);
  CHECK(all.substr(0, 3) == "ABB");

  const std::string earlier = Disk().after(Survival::earlier);
  CHECK(earlier.front() == 'A');
  CHECK(earlier.size() < 2000);
  const std::string later = Disk().after(Survival::later);
  CHECK(later.front() == 'o');
  CHECK(later.back() == 'D');
}

TEST_CASE("a write tears at a sector") {
  bool was_torn = false;
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    const std::string found = Disk().after(Survival::earlier, seed);
    const bool has_first = found.find('B') != std::string::npos;
    const bool has_second = found.find('C') != std::string::npos;
    if (has_first) CHECK(found.substr(1, 512) == std::string(512, 'B'));
    was_torn = was_torn || has_first != has_second;
  }
  CHECK(was_torn);
}

TEST_CASE("what a power cut would leave can be put elsewhere, and the run goes on") {
  Disk disk;
  disk.dir.write("lock", "unknown to the model");
  const TempDir elsewhere;
  disk.model->cut_power(Survival::earlier, 1, elsewhere.path().string());
  const std::filesystem::path name = std::filesystem::path(disk.file).filename();
  const std::string found = read(elsewhere.file(name.string()));
  CHECK(read(disk.file) == "old");
  CHECK(found == Disk().after(Survival::earlier));
  CHECK(read(elsewhere.file("lock")) == "unknown to the model");
}

TEST_CASE("a file is there or gone for sure only after a sync of its folder") {
  TempDir dir;
  const std::string old_file = dir.write("old", "1");
  const std::string new_file = dir.write("new", "");
  std::filesystem::remove(new_file);
  const auto change = [&](DiskModel& disk) {
    disk.write(new_file, 0, "2");
    disk.sync(new_file);
    std::filesystem::remove(old_file);
    disk.remove(old_file);
  };
  {
    DiskModel disk(dir.path().string());
    change(disk);
    disk.cut_power(Survival::nothing, 1, dir.path().string());
    CHECK(read(old_file) == "1");
    CHECK(read(new_file) == "-");
  }
  DiskModel disk(dir.path().string());
  change(disk);
  disk.sync_folder();
  disk.cut_power(Survival::nothing, 1, dir.path().string());
  CHECK(read(old_file) == "-");
  CHECK(read(new_file) == "2");
}
