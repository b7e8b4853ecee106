#include "aws/struct_xml.h"

#include <string>

namespace millrace::aws {
namespace {

using pugi::xml_node;

std::string_view or_default(std::string_view name, std::string_view fallback) {
  return name.empty() ? fallback : name;
}

// Calls `visit` for each child element whose local name is `name`.
template <class Visit>
Status for_each_child(xml_node parent, std::string_view name, Visit visit) {
  for (xml_node child : parent.children()) {
    if (child.type() == pugi::node_element && codec::local_name(child.name()) == name) {
      MR_TRY(visit(child));
    }
  }
  return ok_status();
}

size_t count_children(xml_node parent, std::string_view name) {
  size_t count = 0;
  (void)for_each_child(parent, name, [&](xml_node) {
    ++count;
    return ok_status();
  });
  return count;
}

Status read_value(const Shape& shape, xml_node element, void* out, ReadState& state);

// The items of a list are the children called `name` of `parent`.
Status read_list(const Shape& shape, xml_node parent, std::string_view name, void* list,
                 ReadState& state) {
  shape.reserve(list, count_children(parent, name));
  return for_each_child(parent, name, [&](xml_node item) {
    return read_value(*shape.element, item, shape.append(list), state);
  });
}

Status read_map(const Shape& shape, xml_node parent, std::string_view name, void* map,
                ReadState& state) {
  return for_each_child(parent, name, [&](xml_node entry) {
    const xml_node key = codec::find_child(entry, or_default(shape.key_wire_name, "key"));
    const xml_node value = codec::find_child(entry, or_default(shape.element_wire_name, "value"));
    return read_value(*shape.element, value, shape.insert(map, codec::text_of(key)), state);
  });
}

Status read_value(const Shape& shape, xml_node element, void* out, ReadState& state) {
  switch (shape.kind) {
    case ShapeKind::kStructure: {
      SeenMembers seen;
      MR_TRY(read_xml_struct(shape, element, BodyMembers::kAll, out, seen, state));
      seen.report(shape, out, state.missing);
      return ok_status();
    }
    case ShapeKind::kList:
      return read_list(shape, element, or_default(shape.element_wire_name, "member"), out, state);
    case ShapeKind::kMap: return read_map(shape, element, "entry", out, state);
    case ShapeKind::kBody:
    case ShapeKind::kDocument:
    case ShapeKind::kAttributeValue:
    case ShapeKind::kItem: return Error("SerializationException", 400, "Unexpected element in XML");
    case ShapeKind::kString:
      *static_cast<std::string*>(out) = codec::text_of(element);
      return ok_status();
    default: {
      std::string text = codec::text_of(element);
      const size_t first = text.find_first_not_of(" \t\r\n");
      const size_t last = text.find_last_not_of(" \t\r\n");
      text = first == std::string::npos ? "" : text.substr(first, last - first + 1);
      return scalar_from_text(shape, text, out);
    }
  }
}

Status read_member(const Member& member, xml_node parent, void* structure, const Shape& owner,
                   SeenMembers& seen, ReadState& state) {
  const Shape& shape = *member.shape;
  if (member.xml_attribute) {
    const std::string_view wanted = codec::local_name(member.wire_name);
    for (const auto& attribute : parent.attributes()) {
      if (codec::local_name(attribute.name()) != wanted) continue;
      seen.mark(owner, member);
      return scalar_from_text(shape, attribute.value(), member.mutate(structure));
    }
    return ok_status();
  }
  const xml_node first = codec::find_child(parent, member.wire_name);
  if (!first) return ok_status();
  seen.mark(owner, member);
  void* out = member.mutate(structure);
  if (member.flattened && shape.kind == ShapeKind::kList) {
    return read_list(shape, parent, member.wire_name, out, state);
  }
  if (member.flattened && shape.kind == ShapeKind::kMap) {
    return read_map(shape, parent, member.wire_name, out, state);
  }
  return read_value(shape, first, out, state);
}

// Attributes of the element of a structure: namespaces of attribute members, then the attributes.
void write_attributes(codec::XmlWriter& xml, const Shape& shape, const void* structure,
                      TimeStyle style) {
  for (const Member& member : shape.members) {
    if (!member.xml_attribute) continue;
    if (const void* value = member.get(structure)) {
      xml.attribute(member.wire_name, scalar_to_text(*member.shape, value, style));
    }
  }
}

void write_flattened(codec::XmlWriter& xml, const Member& member, const void* value,
                     TimeStyle style) {
  const Shape& shape = *member.shape;
  if (shape.kind == ShapeKind::kList) {
    const size_t count = shape.size(value);
    for (size_t i = 0; i < count; ++i) {
      write_xml_value(xml, member.wire_name, *shape.element, shape.at(value, i), style);
    }
    return;
  }
  struct Walk {
    codec::XmlWriter& xml;
    const Member& member;
    TimeStyle style;
  } walk{xml, member, style};
  shape.for_each(
      value,
      [](void* arg, const std::string& key, const void* entry) {
        auto& w = *static_cast<Walk*>(arg);
        const Shape& map = *w.member.shape;
        w.xml.open(w.member.wire_name);
        w.xml.element(or_default(map.key_wire_name, "key"), key);
        write_xml_value(w.xml, or_default(map.element_wire_name, "value"), *map.element, entry,
                        w.style);
        w.xml.close();
      },
      &walk);
}

void write_map(codec::XmlWriter& xml, const Shape& shape, const void* map, TimeStyle style) {
  const Member entries{.name = "entry", .wire_name = "entry", .shape = &shape, .flattened = true};
  write_flattened(xml, entries, map, style);
}

}  // namespace

Status read_xml_struct(const Shape& shape, xml_node element, BodyMembers which, void* structure,
                       SeenMembers& seen, ReadState& state) {
  for (const Member& member : shape.members) {
    if (which == BodyMembers::kUnlocated && member.location != Location::kBody) continue;
    MR_TRY(read_member(member, element, structure, shape, seen, state));
  }
  return ok_status();
}

void write_xml_namespace(codec::XmlWriter& xml, std::string_view modelled) {
  if (modelled.empty()) return;
  const size_t equals = modelled.find('=');
  const bool has_prefix = equals != std::string_view::npos && equals < modelled.find(':');
  if (has_prefix) {
    xml.attribute("xmlns:" + std::string(modelled.substr(0, equals)), modelled.substr(equals + 1));
  } else {
    xml.attribute("xmlns", modelled);
  }
}

void write_xml_members(codec::XmlWriter& xml, const Shape& shape, const void* structure,
                       BodyMembers which, TimeStyle style) {
  for (const Member& member : shape.members) {
    if (which == BodyMembers::kUnlocated && member.location != Location::kBody) continue;
    const void* value = member.get(structure);
    if (value == nullptr || member.xml_attribute) continue;
    const TimeStyle member_style = time_style_of(member, style);
    const ShapeKind kind = member.shape->kind;
    if (member.flattened && (kind == ShapeKind::kList || kind == ShapeKind::kMap)) {
      write_flattened(xml, member, value, member_style);
      continue;
    }
    if (kind == ShapeKind::kStructure) {
      xml.open(member.wire_name);
      write_xml_namespace(xml, or_default(member.xml_namespace, member.shape->xml_namespace));
      write_attributes(xml, *member.shape, value, member_style);
      write_xml_members(xml, *member.shape, value, BodyMembers::kAll, style);
      xml.close();
      continue;
    }
    write_xml_value(xml, member.wire_name, *member.shape, value, member_style);
  }
}

void write_xml_value(codec::XmlWriter& xml, std::string_view name, const Shape& shape,
                     const void* value, TimeStyle style) {
  xml.open(name);
  switch (shape.kind) {
    case ShapeKind::kStructure:
      write_attributes(xml, shape, value, style);
      write_xml_members(xml, shape, value, BodyMembers::kAll, style);
      break;
    case ShapeKind::kList: {
      const size_t count = shape.size(value);
      for (size_t i = 0; i < count; ++i) {
        write_xml_value(xml, or_default(shape.element_wire_name, "member"), *shape.element,
                        shape.at(value, i), style);
      }
      break;
    }
    case ShapeKind::kMap: write_map(xml, shape, value, style); break;
    default: xml.text(scalar_to_text(shape, value, style));
  }
  xml.close();
}

}  // namespace millrace::aws
