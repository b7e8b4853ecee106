#include "svc/s3/s3_testing.h"

namespace millrace::s3 {
namespace {

class ListingTest : public S3Test {
 protected:
  ops::ListObjectsV2Output list(ops::ListObjectsV2Request in) {
    in.bucket = "bucket";
    auto out = h.call<ops::ListObjectsV2>(std::move(in));
    EXPECT_TRUE(out.ok()) << out.error().to_string();
    return out.ok() ? *std::move(out) : ops::ListObjectsV2Output{};
  }
  // "a b [c/]": keys, then common prefixes.
  template <class Out>
  static std::string text(const Out& out) {
    std::string all;
    if (out.contents) {
      for (const auto& object : *out.contents)
        all += *object.key + " ";
    }
    if (out.common_prefixes) {
      for (const auto& prefix : *out.common_prefixes)
        all += "[" + *prefix.prefix + "] ";
    }
    if (!all.empty()) all.pop_back();
    return all;
  }
  void put_all(std::initializer_list<const char*> keys) {
    for (const char* key : keys)
      must_put(key, key);
  }
};

TEST_F(ListingTest, InByteOrderWithPrefixAndDelimiter) {
  put_all({"b", "a", "a/1", "a/2", "a/b/3", "c/x", "B", "ä", "a+b"});
  EXPECT_EQ(text(list({})), "B a a+b a/1 a/2 a/b/3 b c/x ä");
  EXPECT_EQ(text(list({.delimiter = "/"})), "B a a+b b ä [a/] [c/]");
  EXPECT_EQ(text(list({.delimiter = "/", .prefix = "a/"})), "a/1 a/2 [a/b/]");
  EXPECT_EQ(text(list({.prefix = "a"})), "a a+b a/1 a/2 a/b/3");
  EXPECT_EQ(text(list({.prefix = "nothing"})), "");
  EXPECT_EQ(text(list({.delimiter = "+"})), "B a a/1 a/2 a/b/3 b c/x ä [a+]");
  EXPECT_EQ(text(list({.start_after = "a/2"})), "a/b/3 b c/x ä");
  auto out = list({.delimiter = "/"});
  EXPECT_EQ(out.key_count, 7);
  EXPECT_EQ(out.is_truncated, false);
  EXPECT_EQ(out.max_keys, 1000);
  const ops::Object object = list({.prefix = "b"}).contents->front();
  EXPECT_EQ(object.size, 1);
  EXPECT_EQ(object.storage_class, "STANDARD");
  EXPECT_FALSE(object.owner.has_value());
  EXPECT_TRUE(list({.prefix = "b", .fetch_owner = true}).contents->front().owner.has_value());
}

TEST_F(ListingTest, PagesOfAnySizeGiveTheSame) {
  put_all({"a", "b/1", "b/2", "b/3", "c", "d/1", "e/1", "e/2", "f"});
  for (std::optional<std::string> delimiter : {std::optional<std::string>(), {"/"}}) {
    std::string all = text(list({.delimiter = delimiter}));
    for (int64_t size = 1; size <= 10; ++size) {
      ops::ListObjectsV2Output collected;
      collected.contents.emplace();
      collected.common_prefixes.emplace();
      std::optional<std::string> token;
      do {
        auto page = list({.delimiter = delimiter, .max_keys = size, .continuation_token = token});
        EXPECT_LE(page.key_count, size);
        if (page.contents) {
          collected.contents->insert(collected.contents->end(), page.contents->begin(),
                                     page.contents->end());
        }
        if (page.common_prefixes) {
          collected.common_prefixes->insert(collected.common_prefixes->end(),
                                            page.common_prefixes->begin(),
                                            page.common_prefixes->end());
        }
        token = page.next_continuation_token;
        EXPECT_EQ(token.has_value(), page.is_truncated);
      } while (token);
      EXPECT_EQ(text(collected), all) << "pages of " << size;
    }
  }
}

TEST_F(ListingTest, PageSizes) {
  put_all({"a", "b"});
  EXPECT_EQ(text(list({.max_keys = 0})), "");
  EXPECT_EQ(list({.max_keys = 0}).is_truncated, false);
  EXPECT_EQ(list({.max_keys = 5000}).max_keys, 1000);
  auto call = [&](ops::ListObjectsV2Request in) {
    in.bucket = "bucket";
    return code(h.call<ops::ListObjectsV2>(in));
  };
  EXPECT_EQ(call({.max_keys = -1}), "InvalidArgument");
  EXPECT_EQ(call({.continuation_token = "rubbish!"}), "InvalidArgument");
  EXPECT_EQ(call({.encoding_type = "html"}), "InvalidArgument");
  EXPECT_EQ(code(h.call<ops::ListObjectsV2>({.bucket = "nobody"})), "NoSuchBucket");
}

TEST_F(ListingTest, UrlEncoding) {
  put_all({"a b/ü", "a+b"});
  auto out = list({.delimiter = "/", .encoding_type = "url"});
  EXPECT_EQ(text(out), "a%2Bb [a%20b/]");
  EXPECT_EQ(out.encoding_type, "url");
  EXPECT_EQ(text(list({.encoding_type = "url", .prefix = "a b"})), "a%20b/%C3%BC");
}

TEST_F(ListingTest, VersionOneGoesOnFromItsMarker) {
  put_all({"a", "b/1", "b/2", "c"});
  auto first = h.call<ops::ListObjects>({.bucket = "bucket", .delimiter = "/", .max_keys = 2});
  EXPECT_EQ(text(*first), "a [b/]");
  EXPECT_EQ(first->next_marker, "b/");
  auto rest = h.call<ops::ListObjects>(
      {.bucket = "bucket", .delimiter = "/", .marker = first->next_marker});
  EXPECT_EQ(text(*rest), "c");
  auto plain = h.call<ops::ListObjects>({.bucket = "bucket", .max_keys = 1});
  EXPECT_EQ(plain->is_truncated, true);
  EXPECT_FALSE(plain->next_marker.has_value()) << "only with a delimiter";
}

TEST_F(ListingTest, VersionsOfAnUnversionedBucket) {
  put_all({"a", "b/1"});
  auto out = h.call<ops::ListObjectVersions>({.bucket = "bucket", .max_keys = 1});
  ASSERT_EQ(out->versions->size(), 1);
  EXPECT_EQ(out->versions->front().version_id, "null");
  EXPECT_EQ(out->versions->front().is_latest, true);
  EXPECT_EQ(out->next_key_marker, "a");
  auto rest = h.call<ops::ListObjectVersions>(
      {.bucket = "bucket", .delimiter = "/", .key_marker = out->next_key_marker});
  EXPECT_FALSE(rest->versions.has_value());
  EXPECT_EQ(rest->common_prefixes->front().prefix, "b/");
}

}  // namespace
}  // namespace millrace::s3
