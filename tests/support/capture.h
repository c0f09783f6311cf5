#pragma once

#include <doctest/doctest.h>

// CAPTURE for a name of a structured binding, which a lambda of clang before version 16 cannot hold
// (P1381R1 of C++20).
#define CAPTURE_BINDING(name)         \
  const auto& captured_##name = name; \
  INFO(#name " := ", captured_##name)
