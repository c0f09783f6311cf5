#pragma once

// Whether a program under test can be started with a library of tests/preload/ in LD_PRELOAD: GCC's
// sanitizers are libraries, and want to be the first one.
#if !defined(__clang__) && (defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__))
#define SLUICE_CANNOT_PRELOAD true
#else
#define SLUICE_CANNOT_PRELOAD false
#endif
