// Shapes: AWS's service models as data. The code generator (codegen/) writes a plain struct for
// every shape of the operations we have, and one Shape describing it; the protocol codecs, the
// validator and the client walk Shapes and never know a struct's type. Everything here is constant
// and shared freely between threads.
//
// How a model type becomes C++:
//   structure S      struct S { ... };   members in snake_case
//   required member  T                   otherwise std::optional<T> (Boxed<T> where it would
//   recurse) list, map        std::vector<T>, std::map<std::string, T> string, enum     std::string
//   blob -> std::string (raw bytes), streaming blob -> Body integer, long    int64_t float, double
//   -> double      boolean -> bool timestamp        Instant             document -> codec::Json
//   AttributeValue   codec::AttributeValue (DynamoDB), and maps of it codec::Item
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace millrace::aws {

struct Shape;

enum class ShapeKind : uint8_t {
  kStructure,
  kList,
  kMap,
  kString,
  kBlob,
  kBody,
  kInteger,
  kLong,
  kFloat,
  kDouble,
  kBoolean,
  kTimestamp,
  kDocument,
  kAttributeValue,
  kItem,
};

// Where a member travels in the REST protocols.
enum class Location : uint8_t { kBody, kUri, kQueryString, kHeader, kHeaders, kStatusCode };

enum class TimestampFormat : uint8_t { kProtocolDefault, kIso8601, kRfc822, kUnixTimestamp };

struct Member {
  std::string_view name;       // as in the model: "TableName"
  std::string_view wire_name;  // locationName where the model has one, else name
  const Shape* shape;
  Location location = Location::kBody;
  TimestampFormat timestamp_format = TimestampFormat::kProtocolDefault;
  bool required = false;
  bool xml_attribute = false;
  bool json_value = false;  // a header that carries JSON
  bool idempotency_token = false;
  bool flattened = false;          // of the list or map, or of this use of it
  std::string_view xml_namespace;  // with prefix as "xsi=http://..." or empty

  // Address of the value inside a structure; nullptr when the member is absent.
  const void* (*get)(const void* structure);
  // The same, making the member present first.
  void* (*mutate)(void* structure);
};

struct Shape {
  ShapeKind kind;
  std::string_view name;  // as in the model

  // Constraints; only those of the model. Lengths count characters (strings), bytes (blobs) or
  // entries.
  std::optional<double> min;
  std::optional<double> max;
  std::string_view pattern;
  std::span<const std::string_view> enum_values;

  // Structures.
  std::span<const Member> members;
  const Member* payload = nullptr;  // the member that is the whole body, if any
  bool is_union = false;
  std::string_view xml_name;  // locationName of the shape itself
  std::string_view xml_namespace;

  // Lists: `element`; maps: `key` and `element`.
  const Shape* element = nullptr;
  const Shape* key = nullptr;
  std::string_view element_wire_name;  // "" means the protocol's default ("member", "value")
  std::string_view key_wire_name;
  bool flattened = false;
  bool sparse = false;
  size_t (*size)(const void* container) = nullptr;
  // Lists.
  const void* (*at)(const void* list, size_t index) = nullptr;
  void* (*append)(void* list) = nullptr;
  void (*reserve)(void* list, size_t count) = nullptr;
  // Maps. Calls `visit(arg, key, value)` in key order.
  using Visit = void (*)(void* arg, const std::string& key, const void* value);
  void (*for_each)(const void* map, Visit visit, void* arg) = nullptr;
  void* (*insert)(void* map, std::string key) = nullptr;

  const Member* find_member(std::string_view member_name) const;
  // Kind helpers for readers of tables.
  bool is_scalar() const {
    return kind != ShapeKind::kStructure && kind != ShapeKind::kList && kind != ShapeKind::kMap;
  }
};

// A modelled error of a service.
struct ErrorShape {
  std::string_view name;  // shape name: "ResourceNotFoundException"
  std::string_view code;  // on the wire, where it differs; else the name
  int http_status;
  const Shape* shape;  // its members, or nullptr
};

enum class Protocol : uint8_t { kJson, kQuery, kRestJson, kRestXml, kRpcV2Cbor };

struct Service;

struct Operation {
  const Service* service;
  std::string_view name;         // "PutItem"
  std::string_view http_method;  // "POST"
  std::string_view http_uri;     // "/{Bucket}/{Key+}?partNumber&uploadId"
  int http_status = 200;         // success status of REST protocols
  const Shape* input;            // never nullptr: an empty structure where the model has none
  const Shape* output;
  std::string_view input_xml_name;  // locationName of the input (restXml payload root)
  std::string_view input_xml_namespace;
  std::string_view result_wrapper;  // query protocol: "<Op>Result"
  bool unsigned_allowed = false;    // authtype none
  bool request_checksum_required = false;

  // Type-erased instances of the structs behind input and output.
  std::shared_ptr<void> (*make_input)();
  std::shared_ptr<void> (*make_output)();
};

// Any operation of the model, whether we have it or not: so that what we lack is refused by its
// name.
struct OperationName {
  std::string_view name;
  std::string_view http_method;
  std::string_view http_uri;
  const Operation* operation;  // nullptr: known to AWS, not to us
};

struct Service {
  std::string_view id;               // our own short name and folder: "dynamodb"
  std::string_view signing_name;     // SigV4 credential scope: "dynamodb" (streams too)
  std::string_view endpoint_prefix;  // host: "streams.dynamodb"
  std::string_view api_version;      // "2012-08-10"
  std::string_view target_prefix;    // "DynamoDB_20120810"; empty for other protocols
  std::string_view json_version;     // "1.0"
  std::string_view xml_namespace;
  std::span<const Protocol> protocols;  // the first is what today's SDKs use
  bool global = false;                  // one region for all: IAM, STS
  std::span<const OperationName> operations;
  std::span<const ErrorShape> errors;

  const OperationName* find_operation(std::string_view name) const;
  const ErrorShape* find_error(std::string_view code) const;
};

// Every service of the generated tables.
std::span<const Service* const> all_services();
const Service* find_service(std::string_view id);

// A T on the heap with value semantics, for members that would contain their own type.
template <class T>
class Boxed {
 public:
  Boxed() = default;
  Boxed(const Boxed& other) : value_(other.value_ ? std::make_unique<T>(*other.value_) : nullptr) {}
  Boxed(Boxed&&) noexcept = default;
  Boxed& operator=(Boxed other) noexcept {
    value_ = std::move(other.value_);
    return *this;
  }
  ~Boxed() = default;

  bool has_value() const { return value_ != nullptr; }
  explicit operator bool() const { return has_value(); }
  T& emplace() { return *(value_ = std::make_unique<T>()); }
  T& operator*() { return *value_; }
  const T& operator*() const { return *value_; }
  T* operator->() { return value_.get(); }
  const T* operator->() const { return value_.get(); }

 private:
  std::unique_ptr<T> value_;
};

}  // namespace millrace::aws
