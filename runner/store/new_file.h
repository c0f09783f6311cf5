#pragma once

#include <string>

#include "store/made_folders.h"

namespace sluice {

// The file of a database, made empty, with its folders, where it was missing. Unless keep() is
// said, what was made here goes again: a job that fails at its start leaves nothing behind.
class NewFile {
 public:
  // Throws Error{io}.
  explicit NewFile(const std::string& path);
  // Removes file and folders if they were made here and are still empty. No connection of this
  // process may be open on it.
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  void keep() { kept_ = true; }

 private:
  void remove_if_unused() const noexcept;

  std::string path_;
  MadeFolders folders_;
  bool made_ = false;
  bool kept_ = false;
};

}  // namespace sluice
