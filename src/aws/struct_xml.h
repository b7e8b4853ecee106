// Structs in XML: bodies of restXml, answers of the query protocol.
#pragma once

#include <pugixml.hpp>

#include <string>
#include <string_view>

#include "aws/read_state.h"
#include "aws/scalar_text.h"
#include "aws/shape.h"
#include "base/result.h"
#include "codec/xml.h"

namespace millrace::aws {

// Fills the members of `structure` from the children and attributes of `element`. Unknown elements
// are ignored. Errors: SerializationException for values of the wrong form.
Status read_xml_struct(const Shape& shape, pugi::xml_node element, BodyMembers which,
                       void* structure, SeenMembers& seen, ReadState& state);

// Writes the members inside the element that is open in `xml`.
void write_xml_members(codec::XmlWriter& xml, const Shape& shape, const void* structure,
                       BodyMembers which, TimeStyle style);
// Writes one element of the given name.
void write_xml_value(codec::XmlWriter& xml, std::string_view name, const Shape& shape,
                     const void* value, TimeStyle style);
// Adds the xmlns attribute that the model writes as "uri" or "prefix=uri".
void write_xml_namespace(codec::XmlWriter& xml, std::string_view modelled);

}  // namespace millrace::aws
