#include "aws/validate_dynamodb.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aws/struct_json.h"
#include "aws/validator.h"

namespace millrace::aws {

namespace {

using Problems = std::vector<Problem>;

Error validation(std::string message) {
  return Error("ValidationException", 400, std::move(message));
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

std::string_view top(const Problem& problem) {
  return std::string_view(problem.wire_path).substr(0, problem.wire_path.find('.'));
}

// The order in which AWS reports the members of an input, where it is not that of the model.
struct MemberOrder {
  std::string_view operation;
  std::vector<std::string_view> members;
};

const std::vector<MemberOrder>& member_orders() {
  static const std::vector<MemberOrder> kOrders = {
      {"CreateTable",
       {"AttributeDefinitions", "TableName", "BillingMode", "ProvisionedThroughput", "KeySchema",
        "GlobalSecondaryIndexes", "LocalSecondaryIndexes"}},
      {"UpdateTable",
       {"TableName", "ProvisionedThroughput", "BillingMode", "GlobalSecondaryIndexUpdates"}},
      {"PutItem",
       {"ReturnConsumedCapacity", "TableName", "Item", "ConditionalOperator", "Expected",
        "ReturnValues", "ReturnItemCollectionMetrics"}},
      {"UpdateItem",
       {"ReturnConsumedCapacity", "TableName", "ReturnItemCollectionMetrics", "ReturnValues",
        "ConditionalOperator", "Key", "Expected", "AttributeUpdates"}},
      {"DeleteItem",
       {"ReturnConsumedCapacity", "TableName", "ReturnValues", "ReturnItemCollectionMetrics", "Key",
        "ConditionalOperator", "Expected"}},
      {"GetItem", {"ReturnConsumedCapacity", "AttributesToGet", "TableName", "Key"}},
      {"Query",
       {"Select", "IndexName", "ReturnConsumedCapacity", "QueryFilter", "TableName",
        "ConditionalOperator", "AttributesToGet", "Limit", "KeyConditions"}},
      {"Scan",
       {"Select", "IndexName", "TotalSegments", "ReturnConsumedCapacity", "TableName",
        "ConditionalOperator", "ScanFilter", "Segment", "Limit", "AttributesToGet"}},
      {"BatchWriteItem", {"ReturnConsumedCapacity", "ReturnItemCollectionMetrics", "RequestItems"}},
      {"TransactWriteItems",
       {"ClientRequestToken", "ReturnConsumedCapacity", "ReturnItemCollectionMetrics",
        "TransactItems"}},
  };
  return kOrders;
}

void sort_members(std::string_view operation, Problems& problems) {
  const auto& orders = member_orders();
  const auto it = std::ranges::find(orders, operation, &MemberOrder::operation);
  if (it == orders.end()) return;
  const auto rank = [&](const Problem& problem) {
    return std::ranges::find(it->members, top(problem)) - it->members.begin();
  };
  // Not stable_sort(), whose deprecated parts this library's headers warn of.
  std::vector<std::pair<ptrdiff_t, size_t>> order;
  for (size_t i = 0; i < problems.size(); ++i)
    order.emplace_back(rank(problems[i]), i);
  std::ranges::sort(order);
  Problems sorted;
  for (const auto& [unused, i] : order)
    sorted.push_back(std::move(problems[i]));
  problems = std::move(sorted);
}

// A table and a local index have at most two key attributes; global indexes may have more.
void limit_key_schemas(const Operation& operation, const void* input, Problems& problems) {
  constexpr size_t kKeysMax = 2;
  const Member* member = operation.input->find_member("KeySchema");
  const void* value = member != nullptr ? member->get(input) : nullptr;
  if (value == nullptr || member->shape->size(value) <= kKeysMax) return;
  problems.push_back({"keySchema", "KeySchema",
                      fmt::format("'{}'", value_text(*member->shape, value)),
                      "Member must have length less than or equal to 2", false});
}

constexpr char kConditionalOperators[] =
    "Failed to satisfy constraint: Member must satisfy enum value set: [ALL, OR]";
// The spelling of UPDATE_NEW is AWS's.
constexpr char kReturnValues[] =
    "Failed to satisfy constraint: Member must satisfy enum value set: [ALL_OLD, UPDATED_OLD, "
    "ALL_NEW, UPDATE_NEW, NONE]";

// The first that `wanted` accepts, alone and in the newer words.
template <class Wanted>
Status report_alone(const Problems& problems, Wanted wanted) {
  const auto it = std::ranges::find_if(problems, wanted);
  if (it == problems.end()) return ok_status();
  return validation(problems_text({it->path == "returnValues" ? kReturnValues : it->newer_text()}));
}

bool is_length(const Problem& problem) {
  return problem.constraint.starts_with("Member must have length") ||
         problem.constraint.starts_with("Member must satisfy constraint: [Member must have length");
}

// Members whose faults are reported first, alone and in the newer words.
Status check_newer_first(std::string_view operation, const Problems& problems) {
  return report_alone(problems, [&](const Problem& problem) {
    const std::string_view member = top(problem);
    const bool whole = problem.wire_path == member;
    if (member == "TableName") {
      return problem.value == "''" &&
             is_one_of(operation, {"PutItem", "UpdateItem", "DeleteItem", "GetItem", "Query"});
    }
    if (member == "ReturnValues") return operation == "UpdateItem";
    if (member == "Limit") return operation == "Query";
    if (member == "ClientRequestToken") return true;
    if (member == "TransactItems") return whole && is_length(problem);
    return member == "RequestItems" && is_length(problem) &&
           !(operation == "BatchWriteItem" && problem.value.ends_with("=[]}'"));
  });
}

// AWS echoes the tables of BatchGetItem as JSON, and says of one without requests in BatchWriteItem
// what it says of map values.
std::string reworded(const Operation& operation, const void* input, const Problem& problem) {
  if (is_one_of(operation.name, {"PutItem", "UpdateItem", "DeleteItem"})) {
    if (problem.path == "returnValues") return kReturnValues;
    if (problem.path == "conditionalOperator") return kConditionalOperators;
  }
  if (top(problem) != "RequestItems") return problem.text();
  const Member& items = *operation.input->find_member("RequestItems");
  Problem said = problem;
  if (operation.name == "BatchGetItem" && problem.path == "requestItems") {
    std::string json;
    append_json_value(json, *items.shape, items.get(input), {});
    said.value = fmt::format("'{}'", json);
  }
  return said.text();
}

// A table's list of requests may not be empty: a constraint on the values of the map.
void report_empty_lists(const Operation& operation, const void* input, Problems& problems) {
  if (operation.name != "BatchWriteItem") return;
  const Member& items = *operation.input->find_member("RequestItems");
  for (Problem& problem : problems) {
    if (problem.value != "'[]'" || top(problem) != "RequestItems") continue;
    problem.path = "requestItems";
    problem.value = fmt::format("'{}'", value_text(*items.shape, items.get(input)));
    problem.constraint =
        "Map value must satisfy constraint: [Member must have length less than or equal to 25, "
        "Member must have length greater than or equal to 1]";
  }
}

bool lacks_table_name(const Operation& operation, const void* input,
                      const MissingMembers& missing) {
  const Member* member = operation.input->find_member("TableName");
  return std::ranges::any_of(missing, [&](const auto& absent) {
    return absent.first == input && absent.second == member;
  });
}

}  // namespace

Status validate_dynamodb(const Operation& operation, const void* input,
                         const MissingMembers& missing) {
  const bool newer =
      is_one_of(operation.name, {"PutItem", "UpdateItem", "DeleteItem", "GetItem", "Query"});
  if (!newer && lacks_table_name(operation, input, missing)) {
    return validation("The parameter 'TableName' is required but was not present in the request");
  }
  Validator validator(*operation.service, missing);
  validator.structure(*operation.input, input);
  Problems problems = validator.problems();
  limit_key_schemas(operation, input, problems);
  // The lengths of tags are for the operations to check, in other words.
  std::erase_if(problems, [](const Problem& problem) {
    return is_one_of(top(problem), {"Tags", "TagKeys"}) && is_length(problem);
  });
  if (problems.empty()) return ok_status();
  sort_members(operation.name, problems);
  // A request that lacks something is reported by the older layer altogether.
  if (missing.empty()) {
    report_empty_lists(operation, input, problems);
    MR_TRY(check_newer_first(operation.name, problems));
    const auto is_operator = [](const Problem& p) { return p.path == "conditionalOperator"; };
    if (operation.name == "Query" && std::ranges::any_of(problems, is_operator)) {
      return validation(kConditionalOperators);
    }
    const auto is_items = [](const Problem& p) { return top(p) == "RequestItems"; };
    if (operation.name == "BatchWriteItem" && !std::ranges::all_of(problems, is_items)) {
      std::erase_if(problems, is_items);
    }
  }
  std::vector<std::string> texts;
  for (const Problem& problem : problems) {
    texts.push_back(missing.empty() ? reworded(operation, input, problem) : problem.text());
  }
  return validation(problems_text(texts));
}

}  // namespace millrace::aws
