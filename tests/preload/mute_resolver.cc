// A resolver whose name server never answers: LD_PRELOAD it.
#include <netdb.h>
#include <unistd.h>

extern "C" int getaddrinfo(const char*, const char*, const addrinfo*, addrinfo**) {
  for (;;) pause();
}
