"""Renders a model.Service as C++."""
from model import snake_case

HEADER = """// Generated from AWS's model by codegen/generate.py. Do not edit.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "aws/body.h"
#include "aws/shape.h"
#include "base/clock.h"
#include "base/error.h"
#include "codec/json.h"
"""
LOCATIONS = {
    "uri": "kUri", "querystring": "kQueryString", "header": "kHeader", "headers": "kHeaders",
    "statusCode": "kStatusCode",
}
TIMESTAMPS = {"iso8601": "kIso8601", "rfc822": "kRfc822", "unixTimestamp": "kUnixTimestamp"}
INITIAL = {"int64_t": " = 0", "double": " = 0", "bool": " = false"}


def quote(text):
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return '"' + escaped.replace("\r", "\\r").replace("?", "\\?") + '"'


# The header: structs, operation tags, errors.

def header(service):
    out = [HEADER]
    if service.is_dynamodb:
        out.append('#include "codec/attribute_value.h"\n')
    out.append(f"\nnamespace millrace::aws::{service.namespace} {{\n\n")
    out += [f"struct {struct.cpp_name};\n" for struct in service.structs]
    out += [struct_definition(service, struct) for struct in service.structs]
    out += [operation_tag(service, operation) for operation in service.operations]
    out.append("\n// The errors of the model, with their status.\nnamespace errors {\n")
    for name, code, status in error_rows(service):
        out.append(f"inline millrace::Error {snake_case(name)}(std::string message) {{\n"
                   f"  return millrace::Error({quote(code)}, {status}, std::move(message));\n}}\n")
    out.append("}  // namespace errors\n\n")
    out.append(f"extern const aws::Service kService;\n\n}}  // namespace millrace::aws::{service.namespace}\n")
    return "".join(out)


def struct_definition(service, struct):
    lines = [f"\nstruct {struct.cpp_name} {{\n"]
    required = set(struct.data.get("required", []))
    for name, ref, shape in service.members(struct):
        _, cpp = service.kind_and_type(shape, ref.get("streaming", False))
        initial = ""
        if service.is_recursive(struct, shape):
            cpp = f"Boxed<{cpp}>"
        elif name not in required:
            cpp = f"std::optional<{cpp}>"
        else:
            initial = INITIAL.get(cpp, "")
        lines.append(f"  {cpp} {snake_case(name)}{initial};\n")
    lines.append("};\n")
    return "".join(lines)


def operation_cpp_name(service, operation):
    taken = {struct.cpp_name for struct in service.structs}
    return operation["name"] + ("Operation" if operation["name"] in taken else "")


def operation_tag(service, operation):
    def side(name, alias):
        if name not in operation:
            return f"  struct {alias} {{}};\n"
        return f"  using {alias} = {service.namespace}::{service.shape(operation[name]['shape']).cpp_name};\n"

    return (f"\nstruct {operation_cpp_name(service, operation)} {{\n{side('input', 'Input')}"
            f"{side('output', 'Output')}  static const aws::Operation kDescription;\n}};\n")


def error_rows(service):
    """(shape name, code on the wire, HTTP status)."""
    rows = []
    for shape in service.errors:
        error = shape.data.get("error", {})
        status = error.get("httpStatusCode", 500 if shape.data.get("fault") else 400)
        rows.append((shape.name, error.get("code", shape.name), status))
    return rows


# The source: tables.

def source(service):
    out = ["// Generated from AWS's model by codegen/generate.py. Do not edit.\n",
           f'#include "aws/{service.id}.h"\n\n#include "aws/shape_access.h"\n\n',
           f"namespace millrace::aws::{service.namespace} {{\nnamespace {{\n\n"]
    for shape in service.shapes:
        out.append(f"extern const aws::Shape k{shape.name}Shape;\n")
        if service.streams(shape):
            out.append(f"extern const aws::Shape k{shape.name}StreamShape;\n")
    out += [shape_table(service, shape) for shape in service.shapes]
    out.append("[[maybe_unused]] const aws::Shape kNothingShape{.kind = aws::ShapeKind::kStructure, .name = \"\"};\n\n")
    protocols = ", ".join(f"aws::Protocol::{p}" for p in service.protocols)
    out.append(f"constexpr aws::Protocol kProtocols[] = {{{protocols}}};\n\n")
    written = {shape.name for shape in service.shapes}
    out.append("const aws::ErrorShape kErrors[] = {\n")
    for name, code, status in error_rows(service):
        shape = f"&k{name}Shape" if name in written else "nullptr"
        out.append(f"    {{{quote(name)}, {quote(code)}, {status}, {shape}}},\n")
    out.append("    {\"\", \"\", 0, nullptr}};\n\nconst aws::OperationName kOperations[] = {\n")
    implemented = {operation["name"]: operation for operation in service.operations}
    for name, operation in sorted(service.all_operations.items()):
        pointer = "nullptr"
        if name in implemented:
            pointer = f"&{operation_cpp_name(service, operation)}::kDescription"
        http = operation["http"]
        out.append(f"    {{{quote(name)}, {quote(http['method'])}, {quote(http['requestUri'])}, {pointer}}},\n")
    out.append("};\n\n}  // namespace\n\n")
    out += [operation_table(service, operation) for operation in service.operations]
    out.append(service_table(service))
    out.append(f"}}  // namespace millrace::aws::{service.namespace}\n")
    return "".join(out)


def shape_table(service, shape):
    kind, _ = service.kind_and_type(shape)
    fields = [f".kind = aws::ShapeKind::{kind}", f".name = {quote(shape.name)}"]
    before = ""
    for bound in ("min", "max"):
        if bound in shape.data:
            fields.append(f".{bound} = {float(shape.data[bound])!r}")
    if shape.data.get("pattern"):
        fields.append(f".pattern = {quote(shape.data['pattern'])}")
    if shape.data.get("enum"):
        values = ", ".join(quote(v) for v in shape.data["enum"])
        before = f"constexpr std::string_view k{shape.name}Values[] = {{{values}}};\n"
        fields.append(f".enum_values = k{shape.name}Values")
    if kind == "kStructure":
        before, more = structure_fields(service, shape)
        fields += more
    elif kind == "kList":
        fields += list_fields(service, shape)
    elif kind == "kMap":
        fields += map_fields(service, shape)
    out = before + f"[[maybe_unused]] const aws::Shape k{shape.name}Shape{{" + ", ".join(fields) + "};\n\n"
    if service.streams(shape):
        out += f"const aws::Shape k{shape.name}StreamShape{{.kind = aws::ShapeKind::kBody, .name = {quote(shape.name)}}};\n\n"
    return out


def list_fields(service, shape):
    ref = shape.data["member"]
    element = service.shape(ref["shape"])
    _, cpp = service.kind_and_type(element)
    fields = [f".element = &k{element.name}Shape"]
    if ref.get("locationName"):
        fields.append(f".element_wire_name = {quote(ref['locationName'])}")
    if shape.data.get("flattened"):
        fields.append(".flattened = true")
    return fields + [f".size = &access::size<std::vector<{cpp}>>", f".at = &access::at<{cpp}>",
                     f".append = &access::append<{cpp}>", f".reserve = &access::reserve<{cpp}>"]


def map_fields(service, shape):
    key, value = shape.data["key"], shape.data["value"]
    element = service.shape(value["shape"])
    _, cpp = service.kind_and_type(element)
    fields = [f".element = &k{element.name}Shape", f".key = &k{key['shape']}Shape"]
    if value.get("locationName"):
        fields.append(f".element_wire_name = {quote(value['locationName'])}")
    if key.get("locationName"):
        fields.append(f".key_wire_name = {quote(key['locationName'])}")
    if shape.data.get("flattened"):
        fields.append(".flattened = true")
    return fields + [f".size = &access::size<std::map<std::string, {cpp}>>",
                     f".for_each = &access::for_each<{cpp}>", f".insert = &access::insert<{cpp}>"]


def namespace_of(data):
    found = data.get("xmlNamespace")
    if not found or isinstance(found, str):
        return found or ""
    prefix = found.get("prefix")
    return (prefix + "=" if prefix else "") + found["uri"]


def structure_fields(service, struct):
    """(table of members, fields of the Shape)."""
    required = set(struct.data.get("required", []))
    members = service.members(struct)
    rows = [member_row(service, struct, required, *member) for member in members]
    names = [name for name, _, _ in members]
    fields, table = [], ""
    if rows:
        table = f"const aws::Member k{struct.name}Members[] = {{\n" + "".join(rows) + "};\n"
        fields.append(f".members = k{struct.name}Members")
    if struct.data.get("payload") in names:
        fields.append(f".payload = &k{struct.name}Members[{names.index(struct.data['payload'])}]")
    if struct.data.get("union"):
        fields.append(".is_union = true")
    if struct.data.get("locationName"):
        fields.append(f".xml_name = {quote(struct.data['locationName'])}")
    if namespace_of(struct.data):
        fields.append(f".xml_namespace = {quote(namespace_of(struct.data))}")
    return table, fields


def member_row(service, struct, required, name, ref, shape):
    field = f"&{struct.cpp_name}::{snake_case(name)}"
    suffix = "StreamShape" if ref.get("streaming") and service.streams(shape) else "Shape"
    row = [f".name = {quote(name)}", f".wire_name = {quote(ref.get('locationName', name))}",
           f".shape = &k{shape.name}{suffix}"]
    if ref.get("location") in LOCATIONS:
        row.append(f".location = aws::Location::{LOCATIONS[ref['location']]}")
    stamp = ref.get("timestampFormat") or shape.data.get("timestampFormat")
    if stamp in TIMESTAMPS:
        row.append(f".timestamp_format = aws::TimestampFormat::{TIMESTAMPS[stamp]}")
    flags = {
        "required": name in required, "xml_attribute": ref.get("xmlAttribute"),
        "json_value": ref.get("jsonvalue"), "idempotency_token": ref.get("idempotencyToken"),
        "flattened": ref.get("flattened") or shape.data.get("flattened"),
    }
    row += [f".{flag} = true" for flag, value in flags.items() if value]
    if namespace_of(ref):
        row.append(f".xml_namespace = {quote(namespace_of(ref))}")
    row += [f".get = &access::get<{field}>", f".mutate = &access::mutate<{field}>"]
    return "    {" + ", ".join(row) + "},\n"


def operation_table(service, operation):
    cpp = operation_cpp_name(service, operation)
    http, given, answered = operation["http"], operation.get("input"), operation.get("output")
    fields = [".service = &kService", f".name = {quote(operation['name'])}",
              f".http_method = {quote(http['method'])}", f".http_uri = {quote(http['requestUri'])}",
              f".http_status = {http.get('responseCode', 200)}",
              ".input = " + (f"&k{given['shape']}Shape" if given else "&kNothingShape"),
              ".output = " + (f"&k{answered['shape']}Shape" if answered else "&kNothingShape")]
    if given and given.get("locationName"):
        fields.append(f".input_xml_name = {quote(given['locationName'])}")
    if given and namespace_of(given):
        fields.append(f".input_xml_namespace = {quote(namespace_of(given))}")
    if answered and answered.get("resultWrapper"):
        fields.append(f".result_wrapper = {quote(answered['resultWrapper'])}")
    if operation.get("authtype") == "none":
        fields.append(".unsigned_allowed = true")
    if operation.get("httpChecksum", {}).get("requestChecksumRequired") or operation.get("httpChecksumRequired"):
        fields.append(".request_checksum_required = true")
    fields += [f".make_input = &access::make<{cpp}::Input>", f".make_output = &access::make<{cpp}::Output>"]
    return f"const aws::Operation {cpp}::kDescription{{" + ", ".join(fields) + "};\n\n"


def service_table(service):
    meta = service.metadata
    fields = [f".id = {quote(service.id)}", f".signing_name = {quote(service.signing_name)}",
              f".endpoint_prefix = {quote(meta['endpointPrefix'])}",
              f".api_version = {quote(meta['apiVersion'])}",
              f".target_prefix = {quote(meta.get('targetPrefix', ''))}",
              f".json_version = {quote(meta.get('jsonVersion', ''))}",
              f".xml_namespace = {quote(namespace_of(meta))}", ".protocols = kProtocols",
              f".global = {'true' if service.is_global else 'false'}", ".operations = kOperations",
              ".errors = std::span(kErrors).first(std::size(kErrors) - 1)"]
    return "const aws::Service kService{" + ", ".join(fields) + "};\n\n"


def registry(services):
    includes = "".join(f'#include "aws/{s.id}.h"\n' for s in services)
    entries = "".join(f"    &{s.namespace}::kService,\n" for s in services)
    return f"""// Generated from AWS's models by codegen/generate.py. Do not edit.
{includes}
namespace millrace::aws {{
namespace {{
const Service* const kServices[] = {{
{entries}}};
}}  // namespace

std::span<const Service* const> all_services() {{ return kServices; }}

const Service* find_service(std::string_view id) {{
  for (const Service* service : kServices) {{
    if (service->id == id) return service;
  }}
  return nullptr;
}}

}}  // namespace millrace::aws
"""
