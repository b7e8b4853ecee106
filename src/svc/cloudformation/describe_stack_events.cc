#include <charconv>

#include "svc/cloudformation/operations.h"
#include "svc/cloudformation/stack.h"
#include "svc/cloudformation/template_text.h"

namespace millrace::cloudformation {
namespace {

constexpr size_t kEventsPerPage = 100;

}  // namespace

Result<wire::DescribeStackEventsOutput> describe_stack_events(
    Context& ctx, const wire::DescribeStackEventsInput& in) {
  Rows rows(ctx.txn(), ctx.scope());
  MR_ASSIGN(StackRecord stack, load_stack(rows, in.stack_name));
  Rows::EventPage page{.limit = kEventsPerPage};
  if (in.next_token) {
    const std::string& token = *in.next_token;
    auto r = std::from_chars(token.data(), token.data() + token.size(), page.before_ms);
    if (r.ec != std::errc() || r.ptr != token.data() + token.size() || page.before_ms <= 0) {
      return validation_error("Invalid NextToken");
    }
  }
  MR_ASSIGN(auto events, rows.events_of(stack.id, page));
  wire::DescribeStackEventsOutput out;
  out.stack_events.emplace();
  for (const Rows::StoredEvent& stored : events) {
    wire::StackEvent event{
        .stack_id = stack.id, .event_id = stored.event_id, .stack_name = stack.name};
    event.logical_resource_id = stored.event.logical_id;
    event.physical_resource_id = stored.event.physical_id;
    event.resource_type = stored.event.type;
    event.timestamp = Instant::from_ms(stored.ms);
    event.resource_status = stored.event.status;
    if (!stored.event.reason.empty()) event.resource_status_reason = stored.event.reason;
    if (!stored.event.properties.is_null()) {
      event.resource_properties = stored.event.properties.dump();
    }
    if (!stored.client_token.empty()) event.client_request_token = stored.client_token;
    out.stack_events->push_back(std::move(event));
  }
  if (events.size() == kEventsPerPage) out.next_token = std::to_string(events.back().ms);
  return out;
}

}  // namespace millrace::cloudformation
