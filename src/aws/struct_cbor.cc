#include "aws/struct_cbor.h"

#include <fmt/format.h>

#include <cmath>

#include "aws/scalar_text.h"
#include "codec/cbor.h"
#include "codec/json.h"

namespace millrace::aws {
namespace {

using codec::Cbor;

Error wrong_type(const Shape& shape) {
  return Error("SerializationException", 400,
               fmt::format("Unexpected value type in payload for {}", shape.name));
}

Status read_value(const Shape& shape, const Cbor& value, void* out, ReadState& state);

Status read_members(const Shape& shape, const Cbor& value, void* structure, SeenMembers& seen,
                    ReadState& state) {
  const auto* fields = value.as<Cbor::Map>();
  if (fields == nullptr) return wrong_type(shape);
  for (const auto& [name, field] : *fields) {
    const Member* member = shape.find_member(name);
    if (member == nullptr || field.is_null()) continue;
    seen.mark(shape, *member);
    MR_TRY(read_value(*member->shape, field, member->mutate(structure), state));
  }
  return ok_status();
}

Status read_container(const Shape& shape, const Cbor& value, void* out, ReadState& state) {
  if (shape.kind == ShapeKind::kList) {
    const auto* items = value.as<Cbor::Array>();
    if (items == nullptr) return wrong_type(shape);
    shape.reserve(out, items->size());
    for (const Cbor& item : *items) {
      void* slot = shape.append(out);
      if (!item.is_null()) MR_TRY(read_value(*shape.element, item, slot, state));
    }
    return ok_status();
  }
  const auto* entries = value.as<Cbor::Map>();
  if (entries == nullptr) return wrong_type(shape);
  for (const auto& [key, entry] : *entries) {
    if (!entry.is_null()) MR_TRY(read_value(*shape.element, entry, shape.insert(out, key), state));
  }
  return ok_status();
}

Status read_number(const Shape& shape, const Cbor& value, void* out) {
  const auto* integer = value.as<int64_t>();
  const auto* real = value.as<double>();
  if (integer == nullptr && real == nullptr) return wrong_type(shape);
  const double wide = integer != nullptr ? static_cast<double>(*integer) : *real;
  if (shape.kind == ShapeKind::kFloat || shape.kind == ShapeKind::kDouble) {
    *static_cast<double*>(out) = wide;
  } else if (shape.kind == ShapeKind::kTimestamp) {
    if (!std::isfinite(wide)) return wrong_type(shape);
    *static_cast<Instant*>(out) = instant_from_seconds(wide);
  } else {
    const double limit = shape.kind == ShapeKind::kInteger ? 2147483648.0 : 9.2e18;
    if (integer == nullptr && !(std::fabs(wide) < limit)) return wrong_type(shape);
    if (shape.kind == ShapeKind::kInteger && !(wide >= -limit && wide < limit)) {
      return wrong_type(shape);
    }
    *static_cast<int64_t*>(out) = integer != nullptr ? *integer : static_cast<int64_t>(wide);
  }
  return ok_status();
}

Status read_value(const Shape& shape, const Cbor& value, void* out, ReadState& state) {
  switch (shape.kind) {
    case ShapeKind::kStructure: {
      SeenMembers seen;
      MR_TRY(read_members(shape, value, out, seen, state));
      seen.report(shape, out, state.missing);
      return ok_status();
    }
    case ShapeKind::kList:
    case ShapeKind::kMap: return read_container(shape, value, out, state);
    case ShapeKind::kString: {
      const auto* text = value.as<std::string>();
      if (text == nullptr) return wrong_type(shape);
      *static_cast<std::string*>(out) = *text;
      return ok_status();
    }
    case ShapeKind::kBlob: {
      const auto* bytes = value.as<Cbor::Bytes>();
      if (bytes == nullptr) return wrong_type(shape);
      *static_cast<std::string*>(out) = bytes->bytes;
      return ok_status();
    }
    case ShapeKind::kBoolean: {
      const auto* flag = value.as<bool>();
      if (flag == nullptr) return wrong_type(shape);
      *static_cast<bool*>(out) = *flag;
      return ok_status();
    }
    case ShapeKind::kInteger:
    case ShapeKind::kLong:
    case ShapeKind::kFloat:
    case ShapeKind::kDouble:
    case ShapeKind::kTimestamp: return read_number(shape, value, out);
    default: return wrong_type(shape);  // no rpc-v2-cbor service has documents or streams
  }
}

void append_value(std::string& out, const Shape& shape, const void* value) {
  switch (shape.kind) {
    case ShapeKind::kStructure: append_cbor_struct(out, shape, value); break;
    case ShapeKind::kList: {
      const size_t count = shape.size(value);
      codec::append_cbor_array(out, count);
      for (size_t i = 0; i < count; ++i)
        append_value(out, *shape.element, shape.at(value, i));
      break;
    }
    case ShapeKind::kMap: {
      codec::append_cbor_map(out, shape.size(value));
      std::pair<std::string*, const Shape*> walk{&out, shape.element};
      shape.for_each(
          value,
          [](void* arg, const std::string& key, const void* entry) {
            auto& [text, element] = *static_cast<std::pair<std::string*, const Shape*>*>(arg);
            codec::append_cbor_text(*text, key);
            append_value(*text, *element, entry);
          },
          &walk);
      break;
    }
    case ShapeKind::kBlob:
      codec::append_cbor_bytes(out, *static_cast<const std::string*>(value));
      break;
    case ShapeKind::kInteger:
    case ShapeKind::kLong: codec::append_cbor_int(out, *static_cast<const int64_t*>(value)); break;
    case ShapeKind::kFloat:
    case ShapeKind::kDouble:
      codec::append_cbor_double(out, *static_cast<const double*>(value));
      break;
    case ShapeKind::kBoolean: codec::append_cbor_bool(out, *static_cast<const bool*>(value)); break;
    case ShapeKind::kTimestamp:
      codec::append_cbor_tag(out, 1);
      codec::append_cbor_double(
          out, static_cast<double>(static_cast<const Instant*>(value)->ms()) / 1000.0);
      break;
    case ShapeKind::kString:
      codec::append_cbor_text(out, *static_cast<const std::string*>(value));
      break;
    default: codec::append_cbor_null(out); break;
  }
}

}  // namespace

Status read_cbor_struct(const Shape& shape, std::string_view bytes, void* structure,
                        ReadState& state) {
  if (bytes.empty()) return ok_status();
  MR_ASSIGN(const Cbor value, Cbor::parse(bytes));
  return read_members(shape, value, structure, state.top, state);
}

void append_cbor_struct(std::string& out, const Shape& shape, const void* structure) {
  uint64_t count = 0;
  for (const Member& member : shape.members)
    count += member.get(structure) != nullptr ? 1 : 0;
  codec::append_cbor_map(out, count);
  for (const Member& member : shape.members) {
    const void* value = member.get(structure);
    if (value == nullptr) continue;
    codec::append_cbor_text(out, member.name);
    append_value(out, *member.shape, value);
  }
}

}  // namespace millrace::aws
