#include "svc/apigateway/tags.h"

#include <fmt/format.h>

#include <vector>

#include "base/encoding.h"
#include "svc/apigateway/http_rows.h"
#include "svc/apigateway/rest_rows.h"

namespace millrace::apigateway {
namespace {

constexpr size_t kTagsMax = 50;
using TagMap = std::map<std::string, std::string>;

// {"restapis", ID} or {"restapis", ID, "stages", NAME}; empty when it is no ARN of this region.
std::vector<std::string> arn_path(const svc::Context& ctx, std::string_view arn) {
  std::string decoded = percent_decode(arn);
  std::string prefix = fmt::format("arn:aws:apigateway:{}::/", ctx.region());
  if (!decoded.starts_with(prefix)) return {};
  std::vector<std::string> parts;
  std::string_view rest = std::string_view(decoded).substr(prefix.size());
  while (true) {
    size_t slash = rest.find('/');
    parts.emplace_back(rest.substr(0, slash));
    if (slash == std::string_view::npos) return parts;
    rest.remove_prefix(slash + 1);
  }
}

bool is_stage(const std::vector<std::string>& path) {
  return path.size() == 4 && path[2] == "stages";
}

}  // namespace

Result<Tagged> load_rest_tagged(svc::Context& ctx, std::string_view arn) {
  std::vector<std::string> path = arn_path(ctx, arn);
  if (path.size() < 2 || path[0] != "restapis" || (path.size() != 2 && !is_stage(path))) {
    return bad_request("Invalid ARN specified in the request");
  }
  if (path.size() == 2) {
    MR_ASSIGN(v1::RestApi api, load_rest_api(ctx, path[1]));
    TagMap tags = api.tags.value_or(TagMap());
    return Tagged{std::move(tags), [api](svc::Context& c, TagMap changed) {
                    v1::RestApi row = api;
                    row.tags = std::move(changed);
                    save_rest_api(c, row);
                    return ok_status();
                  }};
  }
  MR_ASSIGN(v1::Stage stage, load_stage(ctx, path[1], path[3]));
  TagMap tags = stage.tags.value_or(TagMap());
  return Tagged{std::move(tags), [stage, id = path[1]](svc::Context& c, TagMap changed) {
                  v1::Stage row = stage;
                  row.tags = std::move(changed);
                  return save_stage(c, id, row);
                }};
}

Result<Tagged> load_http_tagged(svc::Context& ctx, std::string_view arn) {
  std::vector<std::string> path = arn_path(ctx, arn);
  if (path.size() < 2 || path[0] != "apis" || (path.size() != 2 && !is_stage(path))) {
    return v2::errors::not_found_exception(fmt::format("Invalid resource ARN specified: {}", arn));
  }
  if (path.size() == 2) {
    MR_ASSIGN(HttpApi api, load_http_api(ctx, path[1]));
    TagMap tags = api.tags.value_or(TagMap());
    return Tagged{std::move(tags), [api](svc::Context& c, TagMap changed) {
                    HttpApi row = api;
                    row.tags = std::move(changed);
                    save_http_api(c, row);
                    return ok_status();
                  }};
  }
  MR_ASSIGN(HttpStage stage, load_http_stage(ctx, path[1], path[3]));
  TagMap tags = stage.tags.value_or(TagMap());
  return Tagged{std::move(tags), [stage, id = path[1]](svc::Context& c, TagMap changed) {
                  HttpStage row = stage;
                  row.tags = std::move(changed);
                  return save_http_stage(c, id, row);
                }};
}

Status add_tags(TagMap& tags, const TagMap& added) {
  for (const auto& [key, value] : added) {
    if (key.empty() || key.size() > 128 || value.size() > 256) {
      return bad_request("Tag keys have 1 to 128 characters, tag values at most 256");
    }
    tags[key] = value;
  }
  if (tags.size() > kTagsMax) return bad_request("Number of tags exceeds the limit of 50");
  return ok_status();
}

}  // namespace millrace::apigateway
