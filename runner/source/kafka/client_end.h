#pragma once

#include <future>
#include <memory>

#include "source/kafka/handles.h"

namespace sluice {

// Destroys a client, waiting 2 s for it at most, and 200 ms once another one has taken longer: a job
// with many sources has the same 10 s beyond its timeout. librdkafka waits for its threads, and one
// of them may sit in the resolver for a name server that does not answer, for longer than a job has.
//
// A client that is not done then is left to the end of the process, and with it `used`, what its
// callbacks still refer to. The process must then end by _exit: see clients_were_abandoned(). Where
// the system has no thread to wait beside, the client is waited for without a limit.
//
// `asked`: a call of another thread that still uses the client; it ends before the client does.
void end_client(ClientHandle client, std::shared_ptr<const void> used,
                std::future<bool> asked = {});

// Whether threads of such a client may still run, which what exit() tears down would break.
bool clients_were_abandoned();

}  // namespace sluice
