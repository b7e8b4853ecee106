#include "svc/document.h"

#include <fmt/format.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/encoding.h"

namespace millrace::svc {
namespace {

using aws::Shape;
using aws::ShapeKind;
using codec::Json;

Error damaged(const Shape& shape) {
  return Error::internal(fmt::format("a stored document does not fit the shape {}", shape.name));
}

Json structure_to_document(const Shape& shape, const void* structure) {
  Json::Object members;
  for (const aws::Member& member : shape.members) {
    const void* value = member.get(structure);
    if (value != nullptr) {
      members.emplace_back(std::string(member.name), to_document(*member.shape, value));
    }
  }
  return Json(std::move(members));
}

Json list_to_document(const Shape& shape, const void* list) {
  Json::Array items;
  size_t size = shape.size(list);
  items.reserve(size);
  for (size_t i = 0; i < size; ++i)
    items.push_back(to_document(*shape.element, shape.at(list, i)));
  return Json(std::move(items));
}

Json map_to_document(const Shape& shape, const void* map) {
  struct Walk {
    const Shape& element;
    Json::Object members;
  } walk{*shape.element, {}};
  shape.for_each(
      map,
      [](void* arg, const std::string& key, const void* value) {
        auto& target = *static_cast<Walk*>(arg);
        target.members.emplace_back(key, to_document(target.element, value));
      },
      &walk);
  return Json(std::move(walk.members));
}

Status structure_from_document(const Shape& shape, const Json& document, void* structure) {
  if (!document.is_object()) return damaged(shape);
  for (const auto& [name, value] : *document.as_object()) {
    const aws::Member* member = shape.find_member(name);
    if (member == nullptr) continue;
    MR_TRY(from_document(*member->shape, value, member->mutate(structure)));
  }
  return ok_status();
}

Status list_from_document(const Shape& shape, const Json& document, void* list) {
  if (!document.is_array()) return damaged(shape);
  for (const Json& item : *document.as_array()) {
    MR_TRY(from_document(*shape.element, item, shape.append(list)));
  }
  return ok_status();
}

Status map_from_document(const Shape& shape, const Json& document, void* map) {
  if (!document.is_object()) return damaged(shape);
  for (const auto& [key, value] : *document.as_object()) {
    MR_TRY(from_document(*shape.element, value, shape.insert(map, key)));
  }
  return ok_status();
}

Status string_from_document(const Shape& shape, const Json& document, void* value) {
  const std::string* text = document.as_string();
  if (text == nullptr) return damaged(shape);
  if (shape.kind == ShapeKind::kString) {
    *static_cast<std::string*>(value) = *text;
    return ok_status();
  }
  auto bytes = base64_decode(*text);
  if (!bytes) return damaged(shape);
  *static_cast<std::string*>(value) = std::move(*bytes);
  return ok_status();
}

Status number_from_document(const Shape& shape, const Json& document, void* value) {
  if (!document.is_number()) return damaged(shape);
  if (shape.kind == ShapeKind::kFloat || shape.kind == ShapeKind::kDouble) {
    *static_cast<double*>(value) = document.number();
    return ok_status();
  }
  if (!document.is_int()) return damaged(shape);
  if (shape.kind == ShapeKind::kTimestamp) {
    static_cast<Instant*>(value)->us = *document.as_int();
  } else {
    *static_cast<int64_t*>(value) = *document.as_int();
  }
  return ok_status();
}

}  // namespace

Json to_document(const Shape& shape, const void* value) {
  switch (shape.kind) {
    case ShapeKind::kStructure: return structure_to_document(shape, value);
    case ShapeKind::kList: return list_to_document(shape, value);
    case ShapeKind::kMap: return map_to_document(shape, value);
    case ShapeKind::kString: return Json(*static_cast<const std::string*>(value));
    case ShapeKind::kBlob: return Json(base64_encode(*static_cast<const std::string*>(value)));
    case ShapeKind::kInteger:
    case ShapeKind::kLong: return Json(*static_cast<const int64_t*>(value));
    case ShapeKind::kFloat:
    case ShapeKind::kDouble: return Json(*static_cast<const double*>(value));
    case ShapeKind::kBoolean: return Json(*static_cast<const bool*>(value));
    case ShapeKind::kTimestamp: return Json(static_cast<const Instant*>(value)->us);
    case ShapeKind::kDocument: return *static_cast<const Json*>(value);
    case ShapeKind::kBody:
    case ShapeKind::kAttributeValue:
    case ShapeKind::kItem: break;
  }
  CHECK(!"a shape that is not kept in documents");
  return Json();
}

Status from_document(const Shape& shape, const Json& document, void* value) {
  switch (shape.kind) {
    case ShapeKind::kStructure: return structure_from_document(shape, document, value);
    case ShapeKind::kList: return list_from_document(shape, document, value);
    case ShapeKind::kMap: return map_from_document(shape, document, value);
    case ShapeKind::kString:
    case ShapeKind::kBlob: return string_from_document(shape, document, value);
    case ShapeKind::kInteger:
    case ShapeKind::kLong:
    case ShapeKind::kFloat:
    case ShapeKind::kDouble:
    case ShapeKind::kTimestamp: return number_from_document(shape, document, value);
    case ShapeKind::kBoolean:
      if (!document.is_bool()) return damaged(shape);
      *static_cast<bool*>(value) = *document.as_bool();
      return ok_status();
    case ShapeKind::kDocument: *static_cast<Json*>(value) = document; return ok_status();
    case ShapeKind::kBody:
    case ShapeKind::kAttributeValue:
    case ShapeKind::kItem: break;
  }
  CHECK(!"a shape that is not kept in documents");
  return ok_status();
}

Json overlay(const Shape& from, const void* source, const Shape& to, Json base) {
  for (const aws::Member& member : from.members) {
    const void* value = member.get(source);
    if (value == nullptr || to.find_member(member.name) == nullptr) continue;
    base.set(std::string(member.name), to_document(*member.shape, value));
  }
  return base;
}

}  // namespace millrace::svc
