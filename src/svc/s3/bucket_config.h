// Setting, reading and deleting a bucket's sub-resources: what their operations share. A config is
// kept as the JSON of the member that the Put operation carries it in.
#pragma once

#include "svc/s3/bucket.h"
#include "svc/s3/keys.h"

namespace millrace::s3 {

// The shape of the one structure in PutOp's input: its config.
template <class PutOp>
const aws::Shape& config_shape() {
  for (const aws::Member& member : PutOp::kDescription.input->members) {
    if (member.shape->kind == aws::ShapeKind::kStructure) return *member.shape;
  }
  CHECK(false);
}

template <class PutOp, class Config>
void set_config(Context& ctx, const Bucket& bucket, std::string_view kind, const Config& config) {
  put_config(ctx.txn(), bucket, kind, config_text(config_shape<PutOp>(), &config));
}

template <class PutOp, class Config>
Result<std::optional<Config>> config_of(Context& ctx, const Bucket& bucket, std::string_view kind) {
  return get_config<Config>(ctx.txn(), bucket, kind, config_shape<PutOp>());
}

inline void delete_config(Context& ctx, const Bucket& bucket, std::string_view kind) {
  ctx.txn().del(config_key(bucket, kind));
}

}  // namespace millrace::s3
