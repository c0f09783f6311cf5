#pragma once

namespace sluice::test {

// Makes every database of this process pass its steps by the FaultLine, where there is one: a VFS
// (https://www.sqlite.org/vfs.html) in front of SQLite's own, the default from now on. Syncs do not
// reach the machine's disk, which would only cost time: the FaultLine's model says what they save.
void install_faulty_vfs();

}  // namespace sluice::test
