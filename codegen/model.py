"""A service model of botocore, cut down to the operations that are asked for, with C++ names."""
import gzip
import json
import pathlib
import re

CPP_KEYWORDS = {
    "alignas", "and", "asm", "auto", "bool", "break", "case", "catch", "char", "class", "const",
    "continue", "default", "delete", "do", "double", "else", "enum", "explicit", "export", "extern",
    "false", "float", "for", "friend", "goto", "if", "inline", "int", "long", "mutable", "namespace",
    "new", "not", "operator", "or", "private", "protected", "public", "register", "requires", "return",
    "short", "signed", "sizeof", "static", "struct", "switch", "template", "this", "throw", "true",
    "try", "typedef", "typename", "union", "unsigned", "using", "virtual", "void", "volatile", "while",
}
SCALARS = {
    "string": ("kString", "std::string"), "character": ("kString", "std::string"),
    "blob": ("kBlob", "std::string"), "integer": ("kInteger", "int64_t"), "long": ("kLong", "int64_t"),
    "float": ("kFloat", "double"), "double": ("kDouble", "double"), "boolean": ("kBoolean", "bool"),
    "timestamp": ("kTimestamp", "millrace::Instant"),
}
PROTOCOLS = {
    "json": "kJson", "query": "kQuery", "rest-json": "kRestJson", "rest-xml": "kRestXml",
    "smithy-rpc-v2-cbor": "kRpcV2Cbor",
}


def snake_case(name):
    """TableName -> table_name, SSESpecification -> sse_specification, ETag -> etag."""
    name = name.replace("ETag", "Etag").replace("-", "_").replace(".", "_")
    name = re.sub(r"(ARN|ID|URL)s(?![a-z])", lambda plural: plural[1].capitalize() + "s", name)
    name = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)
    name = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower()
    return name + "_" if name in CPP_KEYWORDS else name


class Shape:
    def __init__(self, name, data):
        self.name = name
        self.data = data
        self.type = data["type"]
        self.cpp_name = name[0].upper() + name[1:]

    @property
    def is_document(self):
        return self.type == "structure" and self.data.get("document", False)

    @property
    def is_struct(self):
        return self.type == "structure" and not self.is_document


class Service:
    """What the writer needs: `structs` is in an order in which each follows those it contains."""

    def __init__(self, service_id, entry, data):
        self.id = service_id
        self.namespace = service_id
        self.metadata = data["metadata"]
        self.is_global = entry.get("global", False)
        self.all_operations = data["operations"]
        wanted = entry["operations"].split()
        missing = [name for name in wanted if name not in self.all_operations]
        if missing:
            raise SystemExit(f"{service_id}: no such operation in the model: {', '.join(missing)}")
        self.operations = [self.all_operations[name] for name in sorted(wanted)]
        self._all = {name: Shape(name, shape) for name, shape in data["shapes"].items()}
        self.is_dynamodb = service_id in ("dynamodb", "dynamodbstreams")
        self.errors = [s for s in self._all.values() if s.data.get("exception") or "error" in s.data]
        self.shapes = self._reachable()
        self.structs = self._order_structs()

    @staticmethod
    def load(service_id, entry):
        import botocore
        base = pathlib.Path(botocore.__file__).parent / "data" / entry["model"]
        packed = base / "service-2.json.gz"
        text = gzip.decompress(packed.read_bytes()) if packed.exists() else (base / "service-2.json").read_bytes()
        return Service(service_id, entry, json.loads(text))

    @property
    def protocols(self):
        listed = self.metadata.get("protocols") or [self.metadata["protocol"]]
        return [PROTOCOLS[p] for p in listed if p in PROTOCOLS]

    @property
    def signing_name(self):
        return self.metadata.get("signingName", self.metadata["endpointPrefix"])

    def shape(self, name):
        return self._all[name]

    def is_opaque(self, shape):
        """Shapes with a hand-written C++ type: attribute values, items, documents."""
        return shape.is_document or self.is_dynamodb and (
            shape.name == "AttributeValue"
            or shape.type == "map" and shape.data["value"]["shape"] == "AttributeValue")

    def kind_and_type(self, shape, streaming=False):
        """(ShapeKind, C++ type) of a shape."""
        if self.is_opaque(shape):
            if shape.is_document:
                return "kDocument", "codec::Json"
            if shape.type == "map":
                return "kItem", "codec::Item"
            return "kAttributeValue", "codec::AttributeValue"
        if shape.type == "blob" and (streaming or shape.data.get("streaming")):
            return "kBody", "aws::Body"
        if shape.type in SCALARS:
            return SCALARS[shape.type]
        if shape.type == "list":
            _, element = self.kind_and_type(self.shape(shape.data["member"]["shape"]))
            return "kList", f"std::vector<{element}>"
        if shape.type == "map":
            _, element = self.kind_and_type(self.shape(shape.data["value"]["shape"]))
            return "kMap", f"std::map<std::string, {element}>"
        return "kStructure", shape.cpp_name

    def members(self, struct):
        """(member name, reference, shape) of a structure, without event streams."""
        pairs = ((name, ref, self.shape(ref["shape"])) for name, ref in struct.data.get("members", {}).items())
        return [(n, r, s) for n, r, s in pairs if not r.get("eventstream") and not s.data.get("eventstream")]

    def streams(self, shape):
        """A blob that some member streams although the blob itself does not say so."""
        return shape.type == "blob" and not shape.data.get("streaming") and any(
            ref.get("streaming") and member.name == shape.name
            for struct in self.structs for _, ref, member in self.members(struct))

    def _children(self, shape):
        if self.is_opaque(shape):
            return []
        if shape.type == "structure":
            return [s for _, _, s in self.members(shape)]
        if shape.type == "list":
            return [self.shape(shape.data["member"]["shape"])]
        if shape.type == "map":
            return [self.shape(shape.data["key"]["shape"]), self.shape(shape.data["value"]["shape"])]
        return []

    def _reachable(self):
        stack = []
        for operation in self.operations:
            stack += [self.shape(operation[side]["shape"]) for side in ("input", "output") if side in operation]
            stack += [self.shape(e["shape"]) for e in operation.get("errors", [])]
        seen = {}
        while stack:
            shape = stack.pop()
            if shape.name not in seen:
                seen[shape.name] = shape
                stack += self._children(shape)
        return [seen[name] for name in sorted(seen)]

    def is_recursive(self, struct, member_shape):
        """Whether a member of `struct` would contain `struct` itself, not behind a list or map."""
        seen, stack = set(), [member_shape]
        while stack:
            shape = stack.pop()
            if not shape.is_struct or self.is_opaque(shape) or shape.name in seen:
                continue
            if shape.name == struct.name:
                return True
            seen.add(shape.name)
            stack += [s for _, _, s in self.members(shape)]
        return False

    def _order_structs(self):
        order, visited = [], set()

        def visit(struct):
            if struct.name in visited:
                return
            visited.add(struct.name)
            for _, _, member in self.members(struct):
                while member.type in ("list", "map") and not self.is_opaque(member):
                    member = self.shape(member.data["member" if member.type == "list" else "value"]["shape"])
                if member.is_struct and not self.is_opaque(member):
                    visit(member)
            order.append(struct)

        for shape in self.shapes:
            if shape.is_struct and not self.is_opaque(shape):
                visit(shape)
        return order
