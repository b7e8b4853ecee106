#include "svc/operation.h"

#include <fmt/format.h>

#include <algorithm>

#include "svc/request_keys.h"

namespace millrace::svc {

std::string Context::arn(std::string_view service, std::string_view resource) const {
  return fmt::format("arn:aws:{}:{}:{}:{}", service, region(), account(), resource);
}

Result<std::shared_ptr<void>> Context::call_erased(const aws::Operation& operation,
                                                   const void* input) {
  const Registry::Entry* entry = registry_.find(operation);
  if (entry == nullptr || !entry->run) {
    return Error("UnknownOperationException", 400,
                 std::string(operation.name) + " is not supported by Millrace here");
  }
  MR_TRY(authorize(*this, *entry, input));
  return entry->run(*this, input);
}

Status authorize(Context& ctx, Access access) {
  add_request_keys(ctx.scope(), ctx.request(), access);
  return ctx.ports().authorizer->check(ctx.txn(), ctx.caller(), access);
}

Status authorize(Context& ctx, const Registry::Entry& entry, const void* input) {
  if (!entry.access) return ok_status();
  MR_ASSIGN(auto needed, entry.access(ctx, input));
  if (needed.empty()) return ok_status();
  const auto tags = request_tags(*entry.operation->input, input);
  for (Access& access : needed) {
    access.context.insert(tags.begin(), tags.end());
    MR_TRY(authorize(ctx, std::move(access)));
  }
  return ok_status();
}

const Registry::Entry* Registry::find(const aws::Operation& operation) const {
  auto it = entries_.find(&operation);
  return it == entries_.end() ? nullptr : &it->second;
}

std::vector<std::string> Registry::missing() const {
  std::vector<std::string> names;
  for (const aws::Service* service : aws::all_services()) {
    for (const aws::OperationName& entry : service->operations) {
      if (entry.operation != nullptr && find(*entry.operation) == nullptr) {
        names.push_back(fmt::format("{}:{}", service->id, entry.name));
      }
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace millrace::svc
