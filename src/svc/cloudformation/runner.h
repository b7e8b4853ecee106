// Runner: carries a stack's run forward, step by step, on the worker pool: each step is a
// transaction of its own, and between steps nothing of it is in memory. No thread is held while a
// resource becomes ready. After a restart resume() (cloudformation.h) takes every unfinished run up
// again.
//
// Thread safety: free functions; two runners of one stack tell each other by the job's token, and
// the store's conflicts keep their steps apart.
#pragma once

#include "svc/cloudformation/job.h"
#include "svc/operation.h"

namespace millrace::cloudformation {

// Saves the job under a new token and, once the context's transaction is on disk, runs it.
void start_job(svc::Context& ctx, Rows& rows, const std::string& stack_id, Job job);

}  // namespace millrace::cloudformation
