// Documents: model structs as JSON values in the store. A struct is written under the model's
// member names, absent members left out; an instant as its microseconds, bytes in base64. So a row
// can be read by any version that knows the members, and by a person. The wire's names, formats and
// locations play no part here.
//
//   txn.put(key, write_document<aws::apigateway::GetStage>(stage));
//   MR_ASSIGN(auto stage, read_document<aws::apigateway::GetStage>(text));
//
// Free-threaded.
#pragma once

#include <string>
#include <string_view>

#include "aws/shape.h"
#include "base/check.h"
#include "base/result.h"
#include "codec/json.h"

namespace millrace::svc {

codec::Json to_document(const aws::Shape& shape, const void* structure);
// Members that the shape does not have are ignored. Errors: InternalFailure when a value is of
// another kind than its member: such a row is damaged.
Status from_document(const aws::Shape& shape, const codec::Json& document, void* structure);

// For the output struct of an operation, by which a kind of row is named.
template <class Op>
codec::Json to_document(const typename Op::Output& value) {
  return to_document(*Op::kDescription.output, &value);
}
template <class Op>
Result<typename Op::Output> from_document(const codec::Json& document) {
  typename Op::Output value;
  MR_TRY(from_document(*Op::kDescription.output, document, &value));
  return value;
}
template <class Op>
std::string write_document(const typename Op::Output& value) {
  return to_document<Op>(value).dump();
}
template <class Op>
Result<typename Op::Output> read_document(std::string_view text) {
  MR_ASSIGN(codec::Json document, codec::Json::parse(text));
  return from_document<Op>(document);
}

// What `source` has of the members of `to`, by name, laid over `base` (a document of `to`): from a
// request to the row that it makes or changes, from a row to an answer. Members that `source` lacks
// stay. REQUIRES: members of one name are of one kind.
codec::Json overlay(const aws::Shape& from, const void* source, const aws::Shape& to,
                    codec::Json base);

// Output of one operation as the output of another whose shape has the same members.
template <class FromOp, class ToOp>
typename ToOp::Output output_as(const typename FromOp::Output& value) {
  auto result = from_document<ToOp>(overlay(*FromOp::kDescription.output, &value,
                                            *ToOp::kDescription.output, codec::Json::object()));
  CHECK(result.ok());
  return std::move(*result);
}
// What a request says about the row that it makes or changes.
template <class Op, class RowOp>
void apply_input(const typename Op::Input& input, typename RowOp::Output& row) {
  auto result = from_document<RowOp>(overlay(*Op::kDescription.input, &input,
                                             *RowOp::kDescription.output, to_document<RowOp>(row)));
  CHECK(result.ok());
  row = std::move(*result);
}

}  // namespace millrace::svc
