// Transaction tokens: a TransactWriteItems that is sent again with the same ClientRequestToken
// within ten minutes does not happen twice.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "svc/operation.h"

namespace millrace::dynamodb {

enum class TokenState { kNew, kRepeated };

// Whether this request has happened already; if not, notes that it does, in this transaction.
// `fingerprint` identifies the request's content. Error: IdempotentParameterMismatchException.
Result<TokenState> claim_token(svc::Context& ctx, std::string_view token,
                               std::string_view fingerprint);

// Removes tokens that are over, at most `count_max` of them; true when there may be more. `at` is
// where the last sweep ended, so that this one does not walk over what that one removed.
Result<bool> sweep_tokens(store::Txn& txn, const svc::Scope& scope, Instant now, int count_max,
                          std::string& at);

}  // namespace millrace::dynamodb
