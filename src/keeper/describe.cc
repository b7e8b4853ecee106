#include "keeper/describe.h"

#include <fmt/format.h>

#include <chrono>
#include <thread>

namespace millrace::keeper {
namespace {

namespace api = aws::dynamodb;

bool is_unknown_operation(const Error& error) {
  return error.code() == "UnknownOperationException" || error.code() == "UnknownOperation";
}

Status read_tags(client::Client& dynamodb, TableSettings& settings) {
  api::ListTagsOfResourceInput request{.resource_arn = settings.table.table_arn.value_or("")};
  do {
    auto page = dynamodb.call<api::ListTagsOfResource>(request);
    if (!page.ok()) {
      return is_unknown_operation(page.error()) ? ok_status() : Status(std::move(page).error());
    }
    for (const auto& tag : page->tags.value_or(std::vector<api::Tag>())) {
      // Tags of AWS's own cannot be set by anybody else.
      if (!tag.key.starts_with("aws:")) settings.tags[tag.key] = tag.value;
    }
    request.next_token = page->next_token;
  } while (request.next_token);
  return ok_status();
}

Status read_ttl(client::Client& dynamodb, const std::string& table, TableSettings& settings) {
  auto ttl = dynamodb.call<api::DescribeTimeToLive>({.table_name = table});
  if (!ttl.ok()) {
    return is_unknown_operation(ttl.error()) ? ok_status() : Status(std::move(ttl).error());
  }
  const auto& description = ttl->time_to_live_description;
  if (description && description->time_to_live_status.value_or("").starts_with("ENABL")) {
    settings.ttl_attribute = description->attribute_name.value_or("");
  }
  return ok_status();
}

bool is_active(const api::TableDescription& table) {
  if (table.table_status.value_or("") != "ACTIVE") return false;
  for (const auto& index : table.global_secondary_indexes.value_or(
           std::vector<api::GlobalSecondaryIndexDescription>())) {
    if (index.index_status.value_or("ACTIVE") != "ACTIVE") return false;
  }
  return true;
}

}  // namespace

Result<TableSettings> read_settings(client::Client& dynamodb, const std::string& table) {
  MR_ASSIGN(auto described, dynamodb.call<api::DescribeTable>({.table_name = table}));
  TableSettings settings{.table = described.table.value_or(api::TableDescription())};
  MR_TRY(read_tags(dynamodb, settings));
  MR_TRY(read_ttl(dynamodb, table, settings));
  return settings;
}

Status wait_until_active(client::Client& dynamodb, const std::string& table, const Clock& clock,
                         int64_t timeout_ms) {
  const int64_t deadline_us = clock.monotonic_us() + timeout_ms * 1'000;
  // A table that was just made may not be known everywhere yet.
  while (clock.monotonic_us() < deadline_us) {
    auto described = dynamodb.call<api::DescribeTable>({.table_name = table});
    if (described.ok() && described->table && is_active(*described->table)) return ok_status();
    if (!described.ok() && described.error().code() != "ResourceNotFoundException") {
      return std::move(described).error();
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return Error("Timeout", 400,
               fmt::format("table {} is not ACTIVE after {} s", table, timeout_ms / 1'000));
}

}  // namespace millrace::keeper
