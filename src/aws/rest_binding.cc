#include "aws/rest_binding.h"

#include <fmt/format.h>

#include "aws/scalar_text.h"
#include "base/encoding.h"

namespace millrace::aws {
namespace {

constexpr TimeStyle kHeaderTime{.format = TimestampFormat::kRfc822};
constexpr TimeStyle kUriTime{.format = TimestampFormat::kIso8601, .fraction = Fraction::kNone};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

Status read_scalar(const Member& member, std::string_view text, void* out) {
  if (member.json_value) {
    auto decoded = base64_decode(text);
    if (!decoded) {
      return Error("SerializationException", 400,
                   fmt::format("{} must be base64-encoded JSON", member.wire_name));
    }
    return scalar_from_text(*member.shape, *decoded, out);
  }
  return scalar_from_text(*member.shape, text, out);
}

// "a, b, c"; in a list of instants (HTTP dates contain a comma) every second comma counts.
Status read_header_list(const Shape& list, std::string_view text, void* out) {
  const bool dates = list.element->kind == ShapeKind::kTimestamp && text.find("GMT") != text.npos;
  while (!text.empty()) {
    size_t comma = text.find(',');
    if (dates && comma != text.npos) comma = text.find(',', comma + 1);
    const std::string_view item = trimmed(text.substr(0, comma));
    if (!item.empty()) MR_TRY(scalar_from_text(*list.element, item, list.append(out)));
    text = comma == text.npos ? std::string_view() : text.substr(comma + 1);
  }
  return ok_status();
}

Status read_header(const Member& member, std::string_view text, void* structure) {
  void* out = member.mutate(structure);
  if (member.shape->kind == ShapeKind::kList) return read_header_list(*member.shape, text, out);
  return read_scalar(member, text, out);
}

bool has_prefix(std::string_view name, std::string_view prefix) {
  return name.size() >= prefix.size() && ascii_iequals(name.substr(0, prefix.size()), prefix);
}

// All headers with the member's prefix into its map. AWS gives metadata names back in lower case.
Status read_prefix_headers(const Member& member, auto for_each_header, void* structure) {
  void* map = nullptr;
  Status status = ok_status();
  for_each_header([&](std::string_view name, std::string_view value) {
    if (!status.ok() || !has_prefix(name, member.wire_name)) return;
    if (map == nullptr) map = member.mutate(structure);
    const std::string key = ascii_lower(name.substr(member.wire_name.size()));
    status = scalar_from_text(*member.shape->element, value, member.shape->insert(map, key));
  });
  return status;
}

Status read_query_list(const Shape& list, const QueryParameters& query, std::string_view name,
                       void* out) {
  for (const auto& [key, value] : query) {
    if (key == name) MR_TRY(scalar_from_text(*list.element, value, list.append(out)));
  }
  return ok_status();
}

bool is_bound_parameter(const Shape& input, std::string_view name) {
  for (const Member& member : input.members) {
    if (member.location == Location::kQueryString && member.shape->kind != ShapeKind::kMap &&
        member.wire_name == name) {
      return true;
    }
  }
  return false;
}

// A map takes every parameter that no other member is bound to.
Status read_query_map(const Shape& input, const Shape& map, const QueryParameters& query,
                      void* out) {
  for (const auto& [key, value] : query) {
    if (is_bound_parameter(input, key)) continue;
    void* entry = map.insert(out, key);
    if (map.element->kind == ShapeKind::kList) entry = map.element->append(entry);
    const Shape& scalar =
        map.element->kind == ShapeKind::kList ? *map.element->element : *map.element;
    MR_TRY(scalar_from_text(scalar, value, entry));
  }
  return ok_status();
}

Status read_query_member(const Shape& input, const Member& member, const QueryParameters& query,
                         void* structure, SeenMembers& seen) {
  const Shape& shape = *member.shape;
  if (shape.kind == ShapeKind::kMap) {
    if (query.empty()) return ok_status();
    seen.mark(input, member);
    return read_query_map(input, shape, query, member.mutate(structure));
  }
  const std::string* value = find_parameter(query, member.wire_name);
  if (value == nullptr) return ok_status();
  seen.mark(input, member);
  if (shape.kind == ShapeKind::kList) {
    return read_query_list(shape, query, member.wire_name, member.mutate(structure));
  }
  // "?max-keys" and "?max-keys=" mean that there is none.
  if (value->empty() && shape.kind != ShapeKind::kString) return ok_status();
  return scalar_from_text(shape, *value, member.mutate(structure));
}

std::string header_text(const Member& member, const void* value) {
  const Shape& shape = *member.shape;
  const TimeStyle style = time_style_of(member, kHeaderTime);
  if (shape.kind == ShapeKind::kList) {
    std::string out;
    for (size_t i = 0; i < shape.size(value); ++i) {
      if (i > 0) out += ", ";
      out += scalar_to_text(*shape.element, shape.at(value, i), style);
    }
    return out;
  }
  std::string text = scalar_to_text(shape, value, style);
  return member.json_value ? base64_encode(text) : text;
}

void write_prefix_headers(const Member& member, const void* map, Headers& headers) {
  std::pair<const Member*, Headers*> walk{&member, &headers};
  member.shape->for_each(
      map,
      [](void* arg, const std::string& key, const void* value) {
        auto& [m, out] = *static_cast<std::pair<const Member*, Headers*>*>(arg);
        out->emplace_back(std::string(m->wire_name) + key,
                          scalar_to_text(*m->shape->element, value, kHeaderTime));
      },
      &walk);
}

void append_parameter(std::string& query, std::string_view name, std::string_view value) {
  if (!query.empty()) query += '&';
  query += percent_encode(name);
  query += '=';
  query += percent_encode(value);
}

void write_query_member(const Member& member, const void* value, std::string& query) {
  const Shape& shape = *member.shape;
  const TimeStyle style = time_style_of(member, kUriTime);
  if (shape.kind == ShapeKind::kList) {
    for (size_t i = 0; i < shape.size(value); ++i) {
      append_parameter(query, member.wire_name,
                       scalar_to_text(*shape.element, shape.at(value, i), style));
    }
  } else if (shape.kind == ShapeKind::kMap) {
    std::pair<const Shape*, std::string*> walk{&shape, &query};
    shape.for_each(
        value,
        [](void* arg, const std::string& key, const void* entry) {
          auto& [map, out] = *static_cast<std::pair<const Shape*, std::string*>*>(arg);
          const Shape& element = *map->element;
          if (element.kind != ShapeKind::kList) {
            append_parameter(*out, key, scalar_to_text(element, entry, kUriTime));
            return;
          }
          for (size_t i = 0; i < element.size(entry); ++i) {
            append_parameter(*out, key,
                             scalar_to_text(*element.element, element.at(entry, i), kUriTime));
          }
        },
        &walk);
  } else {
    append_parameter(query, member.wire_name, scalar_to_text(shape, value, style));
  }
}

// Expands "/{Bucket}/{Key+}" from the input's labels.
Result<std::string> expand_path(std::string_view path, const Shape& input, const void* structure) {
  std::string out;
  while (!path.empty()) {
    const size_t open = path.find('{');
    out += path.substr(0, open);
    if (open == std::string_view::npos) break;
    const size_t close = path.find('}', open);
    std::string_view label = path.substr(open + 1, close - open - 1);
    const bool greedy = label.ends_with('+');
    if (greedy) label.remove_suffix(1);
    std::string value;
    for (const Member& member : input.members) {
      if (member.location != Location::kUri || member.wire_name != label) continue;
      if (const void* present = member.get(structure)) {
        value = scalar_to_text(*member.shape, present, time_style_of(member, kUriTime));
      }
    }
    if (value.empty()) {
      return Error("ParamValidationError", 400, fmt::format("{} must not be empty", label));
    }
    out += percent_encode(value, greedy ? Slash::kKeep : Slash::kEncode);
    path.remove_prefix(close + 1);
  }
  return out;
}

}  // namespace

Status read_request_bindings(const Shape& input, const RequestView& request, const Labels& labels,
                             void* structure, ReadState& state) {
  const QueryParameters query = parse_query_string(request.query);
  for (const Member& member : input.members) {
    switch (member.location) {
      case Location::kUri:
        for (const auto& [name, value] : labels) {
          if (name != member.wire_name) continue;
          state.top.mark(input, member);
          MR_TRY(scalar_from_text(*member.shape, value, member.mutate(structure)));
        }
        break;
      case Location::kQueryString:
        MR_TRY(read_query_member(input, member, query, structure, state.top));
        break;
      case Location::kHeader:
        if (request.has_header(member.wire_name)) {
          state.top.mark(input, member);
          MR_TRY(read_header(member, request.header(member.wire_name), structure));
        }
        break;
      case Location::kHeaders:
        MR_TRY(read_prefix_headers(
            member,
            [&](auto visit) {
              for (const auto& header : request.headers)
                visit(header.name, header.value);
            },
            structure));
        break;
      case Location::kBody:
      case Location::kStatusCode: break;
    }
  }
  return ok_status();
}

Status write_request_bindings(const Operation& operation, const void* structure,
                              HttpRequest& request) {
  const Shape& input = *operation.input;
  const size_t question = operation.http_uri.find('?');
  MR_ASSIGN(request.path, expand_path(operation.http_uri.substr(0, question), input, structure));
  if (question != std::string_view::npos) request.query = operation.http_uri.substr(question + 1);
  for (const Member& member : input.members) {
    const void* value = member.get(structure);
    if (value == nullptr) continue;
    if (member.location == Location::kQueryString) {
      write_query_member(member, value, request.query);
    } else if (member.location == Location::kHeader) {
      set_header(request.headers, member.wire_name, header_text(member, value));
    } else if (member.location == Location::kHeaders) {
      write_prefix_headers(member, value, request.headers);
    }
  }
  return ok_status();
}

void write_response_bindings(const Shape& output, const void* structure, HttpResponse& response) {
  for (const Member& member : output.members) {
    const void* value = member.get(structure);
    if (value == nullptr) continue;
    if (member.location == Location::kHeader) {
      set_header(response.headers, member.wire_name, header_text(member, value));
    } else if (member.location == Location::kHeaders) {
      write_prefix_headers(member, value, response.headers);
    } else if (member.location == Location::kStatusCode) {
      response.status = static_cast<int>(*static_cast<const int64_t*>(value));
    }
  }
}

Status read_response_bindings(const Shape& output, const HttpResponse& response, void* structure,
                              ReadState& state) {
  for (const Member& member : output.members) {
    if (member.location == Location::kHeader) {
      const std::string_view value = find_header(response.headers, member.wire_name);
      if (value.empty()) continue;
      state.top.mark(output, member);
      MR_TRY(read_header(member, value, structure));
    } else if (member.location == Location::kHeaders) {
      MR_TRY(read_prefix_headers(
          member,
          [&](auto visit) {
            for (const auto& [name, value] : response.headers)
              visit(name, value);
          },
          structure));
    } else if (member.location == Location::kStatusCode) {
      *static_cast<int64_t*>(member.mutate(structure)) = response.status;
    }
  }
  return ok_status();
}

}  // namespace millrace::aws
