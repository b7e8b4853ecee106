#include "svc/s3/bucket.h"

#include <algorithm>

#include "aws/struct_json.h"
#include "base/encoding.h"
#include "base/hash.h"
#include "codec/json.h"
#include "svc/s3/errors.h"
#include "svc/s3/keys.h"

namespace millrace::s3 {
namespace {

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

// "192.168.5.4": four numbers.
bool looks_like_ip(std::string_view name) {
  return std::ranges::count(name, '.') == 3 &&
         std::ranges::all_of(name, [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
}

bool has_reserved_affix(std::string_view name) {
  for (std::string_view prefix : {"xn--", "sthree-", "amzn-s3-demo-"}) {
    if (name.starts_with(prefix)) return true;
  }
  for (std::string_view suffix : {"-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"}) {
    if (name.ends_with(suffix)) return true;
  }
  return false;
}

Error wrong_region(const Context& ctx, const Bucket& bucket) {
  return Error("AuthorizationHeaderMalformed", 400,
               "The authorization header is malformed; the region '" + ctx.region() +
                   "' is wrong; expecting '" + bucket.region + "'")
      .with_member("Region", "\"" + bucket.region + "\"");
}

Error corrupt(std::string_view what) {
  return Error::internal("The store holds a malformed S3 " + std::string(what));
}

constexpr aws::TimeStyle kConfigTimes{};  // ISO 8601

}  // namespace

bool is_valid_bucket_name(std::string_view name) {
  if (name.size() < 3 || name.size() > 63) return false;
  if (!is_lower_or_digit(name.front()) || !is_lower_or_digit(name.back())) return false;
  for (char c : name) {
    if (!is_lower_or_digit(c) && c != '.' && c != '-') return false;
  }
  return name.find("..") == std::string_view::npos && !looks_like_ip(name) &&
         !has_reserved_affix(name);
}

Result<Bucket> decode_bucket(std::string_view name, std::string_view value) {
  auto json = codec::Json::parse(value);
  if (!json.ok()) return corrupt("bucket");
  const codec::Json* created = json->find("created");
  if (created == nullptr || !created->is_int()) return corrupt("bucket");
  return Bucket{.name = std::string(name),
                .account = std::string(json->get_string("account")),
                .region = std::string(json->get_string("region")),
                .created = Instant{*created->as_int()}};
}

Result<std::optional<Bucket>> find_bucket(store::Reader& reader, std::string_view name) {
  MR_ASSIGN(std::optional<std::string> value, reader.get(directory_key(name)));
  if (!value) return std::optional<Bucket>();
  MR_ASSIGN(Bucket bucket, decode_bucket(name, *value));
  return std::optional<Bucket>(std::move(bucket));
}

Result<Bucket> open_bucket(Context& ctx, std::string_view name,
                           const std::optional<std::string>& expected_owner) {
  MR_ASSIGN(std::optional<Bucket> bucket, find_bucket(ctx.txn(), name));
  if (!bucket) return no_such_bucket(name);
  if (expected_owner && *expected_owner != bucket->account) {
    return aws::s3::errors::access_denied("Access Denied");
  }
  // A browser that follows a link signs nothing and so names no region.
  bool is_signed = ctx.caller().kind != svc::CallerKind::kAnonymous;
  if (is_signed && bucket->region != ctx.region()) return wrong_region(ctx, *bucket);
  return *std::move(bucket);
}

void put_bucket(store::Txn& txn, const Bucket& bucket) {
  std::string value = codec::Json()
                          .set("account", bucket.account)
                          .set("region", bucket.region)
                          .set("created", bucket.created.us)
                          .dump();
  txn.put(directory_key(bucket.name), value);
  txn.put(account_bucket_key(bucket.account, bucket.name), value);
}

void delete_bucket_record(store::Txn& txn, const Bucket& bucket) {
  txn.del(directory_key(bucket.name));
  txn.del(account_bucket_key(bucket.account, bucket.name));
}

// AWS names owners by a canonical user id of 64 hexadecimal digits; ours is made from the account.
aws::s3::Owner owner_of(std::string_view account) {
  return aws::s3::Owner{.id =
                            hex_encode(sha256("millrace canonical user " + std::string(account)))};
}

Result<std::optional<std::string>> get_config_text(store::Reader& reader, const Bucket& bucket,
                                                   std::string_view kind) {
  return reader.get(config_key(bucket, kind));
}

Status parse_config(std::string_view text, const aws::Shape& shape, void* config) {
  aws::ReadState state;
  Status status = aws::read_json_struct(shape, text, aws::BodyMembers::kAll, config, state);
  if (!status.ok()) return corrupt("config");
  return ok_status();
}

std::string config_text(const aws::Shape& shape, const void* config) {
  std::string text;
  aws::append_json_struct(text, shape, config, aws::BodyMembers::kAll, kConfigTimes);
  return text;
}

void put_config(store::Txn& txn, const Bucket& bucket, std::string_view kind, std::string text) {
  txn.put(config_key(bucket, kind), text);
}

}  // namespace millrace::s3
