#include "base/allocator.h"
#include "cli/command_line.h"

int main(int argc, char** argv) {
  sluice::settle_allocator();
  return sluice::run_command_line(argc, argv);
}
