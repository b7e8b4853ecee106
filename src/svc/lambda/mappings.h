// Event source mappings as rows, and what their operations share.
//
//   ("mapping", uuid)          MappingRow
//   ("position", uuid, shard)  StreamPosition: how far the shard has been worked through
#pragma once

#include <optional>
#include <string>

#include "svc/lambda/operations.h"

namespace millrace::lambda {

struct MappingRow {
  api::EventSourceMappingConfiguration config;
  Instant created;

  bool is_enabled() const { return config.state == "Enabled"; }
  std::string to_text() const;
  static Result<MappingRow> from_text(std::string_view text);
};

struct StreamPosition {
  std::string sequence;  // the last record that is done with; empty: none yet
  std::string
      iterator;  // where LATEST was when the mapping was made; used while there is no sequence

  std::string to_text() const;
  static Result<StreamPosition> from_text(std::string_view text);
};

std::string mapping_key(const svc::Scope& scope, std::string_view uuid);
std::string position_key(const svc::Scope& scope, std::string_view uuid, std::string_view shard);
// ResourceNotFoundException when there is none.
Result<MappingRow> load_mapping(store::Reader& reader, const svc::Scope& scope,
                                std::string_view uuid);

// The function's role as the caller that reads the stream. AccessDenied when Lambda may not assume
// it.
Result<svc::Caller> stream_reader(store::Reader& reader, const svc::Ports& ports,
                                  const svc::Scope& scope, const std::string& role_arn);

// Ranges and combinations, in AWS's words; what we lack is refused by name.
Status check_mapping(const api::EventSourceMappingConfiguration& config);

}  // namespace millrace::lambda
