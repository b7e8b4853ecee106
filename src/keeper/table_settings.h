// What a table is, apart from its items: enough to make another like it. Taken from DescribeTable
// and its companions, kept with a backup as JSON, and turned into a CreateTable request for a
// restored table or a replica. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/dynamodb.h"
#include "base/result.h"

namespace millrace::keeper {

struct TableSettings {
  aws::dynamodb::TableDescription table;
  std::map<std::string, std::string> tags;
  std::string ttl_attribute;  // empty: TTL is off
};

// Names of the key attributes: partition key, then sort key if there is one.
std::vector<std::string> key_names(const aws::dynamodb::TableDescription& table);

// The attributes of `item` that make its key. Errors: InvalidItem when one is missing.
Result<codec::Item> key_of(const codec::Item& item, const std::vector<std::string>& names);

// A CreateTable request for a table like this one under another name: keys, indexes, billing mode
// and throughput, table class, deletion protection, tags. Not the stream and not TTL: both are
// switched on when the items are in.
aws::dynamodb::CreateTableInput create_like(const TableSettings& settings, std::string name);

// JSON in which the settings are kept ("table.json" of docs/formats.md), and back. Errors of the
// second: InvalidBackup (400).
std::string settings_to_json(const TableSettings& settings);
Result<TableSettings> settings_from_json(std::string_view json);

// "pk:S" or "pk:S,sk:N": for exports that carry no settings. Errors: InvalidKeySchema (400).
Result<TableSettings> settings_from_key_schema(std::string_view text);

}  // namespace millrace::keeper
