#include "base/encoding.h"
#include "base/hash.h"
#include "svc/s3/s3_testing.h"

namespace millrace::s3 {
namespace {

using testing::HasSubstr;
using Metadata = std::map<std::string, std::string>;

TEST_F(S3Test, PutsAndGetsSmallAndLargeObjects) {
  for (const std::string& bytes : {std::string(), std::string("hello"), large('x')}) {
    auto out = put("a key/ü", bytes);
    ASSERT_TRUE(out.ok()) << out.error().to_string();
    EXPECT_EQ(out->etag, '"' + hex_encode(md5(bytes)) + '"');
    auto got = get({.key = "a key/ü", .checksum_mode = "ENABLED"});
    ASSERT_TRUE(got.ok()) << got.error().to_string();
    EXPECT_EQ(read(*got->body), bytes);
    EXPECT_EQ(got->content_length, bytes.size());
    EXPECT_EQ(got->etag, out->etag);
    EXPECT_EQ(got->content_type, "binary/octet-stream");
    EXPECT_EQ(got->accept_ranges, "bytes");
    EXPECT_EQ(got->last_modified, h.clock.now());
    EXPECT_EQ(got->server_side_encryption, "AES256");
    // S3's own default, when the client sends none.
    EXPECT_TRUE(got->checksum_crc64_nvme.has_value());
    EXPECT_EQ(got->checksum_type, "FULL_OBJECT");
  }
  EXPECT_EQ(count_files(), 1) << "only the last, large one";
}

TEST_F(S3Test, SpooledBodiesAreLinkedIntoPlace) {
  auto in = ops::PutObjectRequest{.body = spooled(large('s')), .bucket = "bucket", .key = "k"};
  ASSERT_TRUE(h.call<ops::PutObject>(in).ok());
  in.body.reset();  // the server lets go of the request
  EXPECT_EQ(bytes_of("k"), large('s'));
  EXPECT_EQ(count_files(), 1);
  ASSERT_TRUE(
      h.call<ops::PutObject>({.body = spooled("small"), .bucket = "bucket", .key = "k"}).ok());
  EXPECT_EQ(bytes_of("k"), "small");
  EXPECT_EQ(count_files(), 0) << "the replaced file is gone";
}

TEST_F(S3Test, KeepsHeadersAndMetadata) {
  ASSERT_TRUE(h.call<ops::PutObject>({.body = aws::Body{.bytes = "x"},
                                      .bucket = "bucket",
                                      .cache_control = "max-age=60",
                                      .content_disposition = "attachment",
                                      .content_encoding = "gzip,aws-chunked",
                                      .content_language = "de",
                                      .content_type = "text/plain",
                                      .expires = "Thu, 01 Jan 2026 00:00:00 GMT",
                                      .key = "k",
                                      .metadata = Metadata{{"filesha256", "abc"}, {"b", "2"}},
                                      .storage_class = "STANDARD_IA",
                                      .tagging = "a=1&b%20c=2"})
                  .ok());
  auto head = h.call<ops::HeadObject>({.bucket = "bucket", .key = "k"});
  ASSERT_TRUE(head.ok());
  EXPECT_EQ(head->cache_control, "max-age=60");
  EXPECT_EQ(head->content_disposition, "attachment");
  EXPECT_EQ(head->content_encoding, "gzip");
  EXPECT_EQ(head->content_language, "de");
  EXPECT_EQ(head->content_type, "text/plain");
  EXPECT_EQ(head->expires, "Thu, 01 Jan 2026 00:00:00 GMT");
  EXPECT_EQ(head->metadata->at("filesha256"), "abc");
  EXPECT_EQ(head->storage_class, "STANDARD_IA");
  EXPECT_EQ(head->content_length, 1);
  auto tags = h.call<ops::GetObjectTagging>({.bucket = "bucket", .key = "k"});
  ASSERT_EQ(tags->tag_set.size(), 2);
  EXPECT_EQ(tags->tag_set[1].key, "b c");
  auto got =
      get({.key = "k", .response_cache_control = "no-store", .response_content_type = "a/b"});
  EXPECT_EQ(got->cache_control, "no-store");
  EXPECT_EQ(got->content_type, "a/b");
  EXPECT_EQ(got->tag_count, 2);
}

TEST_F(S3Test, VerifiesChecksums) {
  std::string crc = base64_encode(std::string("\x36\x10\xa6\x86", 4));  // CRC32 of "hello"
  auto in = ops::PutObjectRequest{.body = aws::Body{.bytes = "hello"},
                                  .bucket = "bucket",
                                  .checksum_algorithm = "CRC32",
                                  .checksum_crc32 = crc,
                                  .key = "k"};
  auto out = h.call<ops::PutObject>(in);
  ASSERT_TRUE(out.ok()) << out.error().to_string();
  EXPECT_EQ(out->checksum_crc32, crc);
  auto got = get({.key = "k", .checksum_mode = "ENABLED"});
  EXPECT_EQ(got->checksum_crc32, crc);
  EXPECT_FALSE(got->checksum_crc64_nvme.has_value());
  EXPECT_FALSE(get({.key = "k"})->checksum_crc32.has_value()) << "only when asked for";
  EXPECT_FALSE(get({.key = "k", .range = "bytes=0-1", .checksum_mode = "ENABLED"})->checksum_crc32);

  in.body->bytes = "hellO";
  EXPECT_EQ(code(h.call<ops::PutObject>(in)), "BadDigest");
  in.checksum_crc32 = "AAAA";
  EXPECT_EQ(code(h.call<ops::PutObject>(in)), "InvalidRequest");
  in.checksum_crc32.reset();
  EXPECT_EQ(code(h.call<ops::PutObject>(in)), "InvalidRequest") << "announced, but not sent";
  in.checksum_algorithm.reset();
  in.checksum_sha1 = base64_encode(sha1("hellO"));
  in.checksum_sha256 = base64_encode(sha256("hellO"));
  EXPECT_EQ(code(h.call<ops::PutObject>(in)), "InvalidRequest") << "two of them";
  in.checksum_sha1.reset();
  EXPECT_EQ(code(h.call<ops::PutObject>(in)), "OK");
  in.content_md5 = "not base64!";
  EXPECT_EQ(code(h.call<ops::PutObject>(in)), "InvalidDigest");
  in.content_md5 = base64_encode(md5("other"));
  EXPECT_EQ(code(h.call<ops::PutObject>(in)), "BadDigest");
  in.content_md5.reset();
  in.checksum_xxhash64 = "AAAA";
  auto refused = h.call<ops::PutObject>(in);
  EXPECT_EQ(refused.error().http_status(), 400);
  EXPECT_THAT(refused.error().message(), HasSubstr("XXHASH"));
}

TEST_F(S3Test, Ranges) {
  must_put("k", "0123456789");
  must_put("big", large('a') + "tail");
  auto range = [&](const std::string& text) {
    auto out = get({.key = "k", .range = text});
    if (!out.ok()) return out.error().code();
    return read(*out->body) + " " + out->content_range.value_or("whole");
  };
  EXPECT_EQ(range("bytes=2-4"), "234 bytes 2-4/10");
  EXPECT_EQ(range("bytes=7-"), "789 bytes 7-9/10");
  EXPECT_EQ(range("bytes=-3"), "789 bytes 7-9/10");
  EXPECT_EQ(range("bytes=-30"), "0123456789 bytes 0-9/10");
  EXPECT_EQ(range("bytes=8-100"), "89 bytes 8-9/10");
  EXPECT_EQ(range("bytes=10-"), "InvalidRange");
  EXPECT_EQ(range("bytes=-0"), "InvalidRange");
  for (const char* ignored : {"bytes=4-2", "bytes=a-b", "items=1-2", "bytes=1-2,4-5", "bytes=-"}) {
    EXPECT_EQ(range(ignored), "0123456789 whole") << ignored;
  }
  auto tail = get({.key = "big", .range = "bytes=-4"});
  EXPECT_EQ(read(*tail->body), "tail");
  EXPECT_EQ(tail->content_length, 4);
  auto part = get({.key = "k", .part_number = 1});
  EXPECT_EQ(part->content_range, "bytes 0-9/10");
  EXPECT_EQ(code(get({.key = "k", .part_number = 2})), "InvalidPartNumber");
}

TEST_F(S3Test, ReadConditions) {
  must_put("k", "v");
  std::string etag = *get({.key = "k"})->etag;
  Instant now = h.clock.now();
  EXPECT_EQ(code(get({.if_match = etag, .key = "k"})), "OK");
  EXPECT_EQ(code(get({.if_match = "\"other\"", .key = "k"})), "PreconditionFailed");
  EXPECT_EQ(code(get({.if_none_match = etag, .key = "k"})), "NotModified");
  EXPECT_EQ(code(get({.if_none_match = "\"other\"", .key = "k"})), "OK");
  EXPECT_EQ(code(get({.if_modified_since = now, .key = "k"})), "NotModified");
  EXPECT_EQ(code(get({.if_modified_since = now.plus_ms(-1000), .key = "k"})), "OK");
  EXPECT_EQ(code(get({.if_unmodified_since = now.plus_ms(-1000), .key = "k"})),
            "PreconditionFailed");
  // If-Match that holds beats If-Unmodified-Since that does not.
  EXPECT_EQ(code(get({.if_match = etag, .if_unmodified_since = now.plus_ms(-1000), .key = "k"})),
            "OK");
  EXPECT_EQ(get({.if_none_match = etag, .key = "k"}).error().http_status(), 304);
}

TEST_F(S3Test, ConditionalWrites) {
  auto put_if = [&](std::optional<std::string> match, std::optional<std::string> none_match) {
    return code(h.call<ops::PutObject>({.body = aws::Body{.bytes = "v"},
                                        .bucket = "bucket",
                                        .if_match = match,
                                        .if_none_match = none_match,
                                        .key = "k"}));
  };
  EXPECT_EQ(put_if("\"x\"", {}), "NoSuchKey");
  EXPECT_EQ(put_if({}, "*"), "OK");
  EXPECT_EQ(put_if({}, "*"), "PreconditionFailed");
  EXPECT_EQ(put_if("\"x\"", {}), "PreconditionFailed");
  EXPECT_EQ(put_if(get({.key = "k"})->etag, {}), "OK");
  EXPECT_EQ(put_if({}, "\"x\""), "NotImplemented");
}

TEST_F(S3Test, ErrorsOfMissingAndImpossibleThings) {
  EXPECT_EQ(code(get({.bucket = "nobody", .key = "k"})), "NoSuchBucket");
  auto missing = get({.key = "k"});
  EXPECT_EQ(code(missing), "NoSuchKey");
  EXPECT_EQ(missing.error().message(), "The specified key does not exist.");
  EXPECT_EQ(code(put(std::string(1025, 'k'), "")), "KeyTooLongError");
  EXPECT_EQ(code(put(std::string(1024, 'k'), "")), "OK");
  EXPECT_EQ(code(get({.key = "k", .version_id = "v1"})), "NoSuchVersion");
  auto with = [&](auto set) {
    ops::PutObjectRequest in{.bucket = "bucket", .key = "k"};
    set(in);
    return code(h.call<ops::PutObject>(in));
  };
  EXPECT_EQ(with([](auto& in) { in.acl = "public-read"; }), "AccessControlListNotSupported");
  EXPECT_EQ(with([](auto& in) { in.sse_customer_algorithm = "AES256"; }), "NotImplemented");
  EXPECT_EQ(with([](auto& in) { in.storage_class = "GLACIER"; }), "NotImplemented");
  EXPECT_EQ(with([](auto& in) { in.storage_class = "HEAP"; }), "InvalidStorageClass");
  EXPECT_EQ(with([](auto& in) { in.metadata = Metadata{{"m", std::string(2048, 'v')}}; }),
            "MetadataTooLarge");
  EXPECT_EQ(with([](auto& in) { in.tagging = "a=1&a=2"; }), "InvalidTag");
  EXPECT_EQ(with([](auto& in) { in.object_lock_mode = "GOVERNANCE"; }), "InvalidRequest");
  EXPECT_EQ(with([](auto& in) { in.expected_bucket_owner = "999999999999"; }), "AccessDenied");
}

TEST_F(S3Test, DeletesOneAndMany) {
  must_put("a", large('a'));
  must_put("b", "b");
  must_put("c", "c");
  EXPECT_TRUE(h.call<ops::DeleteObject>({.bucket = "bucket", .key = "a"}).ok());
  EXPECT_TRUE(h.call<ops::DeleteObject>({.bucket = "bucket", .key = "a"}).ok()) << "again";
  EXPECT_EQ(bytes_of("a"), "NoSuchKey");
  EXPECT_EQ(count_files(), 0);
  ops::DeleteObjectsRequest in{.bucket = "bucket"};
  in.delete_.objects = {{.key = "b"}, {.key = "never there"}, {.key = "c", .etag = "\"other\""}};
  auto out = h.call<ops::DeleteObjects>(in);
  ASSERT_TRUE(out.ok()) << out.error().to_string();
  ASSERT_EQ(out->deleted->size(), 2);
  ASSERT_EQ(out->errors->size(), 1);
  EXPECT_EQ(out->errors->front().code, "PreconditionFailed");
  EXPECT_EQ(bytes_of("b"), "NoSuchKey");
  EXPECT_EQ(bytes_of("c"), "c");
  in.delete_.quiet = true;
  in.delete_.objects = {{.key = "c"}};
  EXPECT_FALSE(h.call<ops::DeleteObjects>(in)->deleted.has_value());
  in.delete_.objects.assign(1001, {.key = "x"});
  EXPECT_EQ(code(h.call<ops::DeleteObjects>(in)), "MalformedXML");
}

TEST_F(S3Test, CopiesWithoutReadingTheBytes) {
  ASSERT_TRUE(h.call<ops::PutObject>({.body = aws::Body{.bytes = large('c')},
                                      .bucket = "bucket",
                                      .content_type = "text/plain",
                                      .key = "from here+ü",
                                      .metadata = Metadata{{"m", "1"}},
                                      .tagging = "t=1"})
                  .ok());
  make_bucket("other");
  auto copy = h.call<ops::CopyObject>(
      {.bucket = "other", .copy_source = "/bucket/from%20here%2B%C3%BC", .key = "to"});
  ASSERT_TRUE(copy.ok()) << copy.error().to_string();
  EXPECT_EQ(copy->copy_object_result->etag, get({.key = "from here+ü"})->etag);
  ASSERT_TRUE(h.call<ops::DeleteObject>({.bucket = "bucket", .key = "from here+ü"}).ok());
  h.runner.run_ready();
  auto got = get({.bucket = "other", .key = "to"});
  EXPECT_EQ(read(*got->body), large('c'));
  EXPECT_EQ(got->content_type, "text/plain");
  EXPECT_EQ(got->metadata->at("m"), "1");
  EXPECT_EQ(got->tag_count, 1);

  ops::CopyObjectRequest onto_itself{.bucket = "other", .copy_source = "other/to", .key = "to"};
  EXPECT_EQ(code(h.call<ops::CopyObject>(onto_itself)), "InvalidRequest");
  onto_itself.metadata_directive = "REPLACE";
  onto_itself.metadata = Metadata{{"m", "2"}};
  EXPECT_EQ(code(h.call<ops::CopyObject>(onto_itself)), "OK");
  got = get({.bucket = "other", .key = "to"});
  EXPECT_EQ(read(*got->body), large('c'));
  EXPECT_EQ(got->metadata->at("m"), "2");
  EXPECT_EQ(got->content_type, "binary/octet-stream");
  EXPECT_EQ(code(h.call<ops::CopyObject>({.bucket = "other", .copy_source = "other", .key = "x"})),
            "InvalidArgument");
  EXPECT_EQ(
      code(h.call<ops::CopyObject>({.bucket = "other", .copy_source = "other/none", .key = "x"})),
      "NoSuchKey");
  EXPECT_EQ(code(h.call<ops::CopyObject>({.bucket = "other",
                                          .copy_source = "other/to",
                                          .copy_source_if_match = "\"x\"",
                                          .key = "x"})),
            "PreconditionFailed");
}

TEST_F(S3Test, TagsOfObjects) {
  must_put("k", "v");
  ops::PutObjectTaggingRequest in{.bucket = "bucket", .key = "k"};
  in.tagging.tag_set = {{"a", "1"}, {"b", ""}};
  ASSERT_TRUE(h.call<ops::PutObjectTagging>(in).ok());
  EXPECT_EQ(h.call<ops::GetObjectTagging>({.bucket = "bucket", .key = "k"})->tag_set.size(), 2);
  ASSERT_TRUE(h.call<ops::DeleteObjectTagging>({.bucket = "bucket", .key = "k"}).ok());
  EXPECT_TRUE(h.call<ops::GetObjectTagging>({.bucket = "bucket", .key = "k"})->tag_set.empty());
  in.tagging.tag_set.clear();
  for (int i = 0; i < 11; ++i)
    in.tagging.tag_set.push_back({std::to_string(i), ""});
  EXPECT_EQ(code(h.call<ops::PutObjectTagging>(in)), "BadRequest");
  EXPECT_EQ(bytes_of("k"), "v");
}

TEST_F(S3Test, OrphansAreCollectedAndWhatIsInUseStays) {
  must_put("k", large('k'));
  std::string folder = h.ports.data_dir + "/objects/ab";
  std::filesystem::create_directories(folder);
  int fd = open((folder + "/fab00000000000000000000000000000").c_str(), O_CREAT | O_WRONLY, 0600);
  close(fd);
  EXPECT_EQ(count_files(), 2);
  finish_last_run(h.ports);
  EXPECT_EQ(count_files(), 1);
  EXPECT_EQ(bytes_of("k"), large('k'));
}

// A link count above one is a copy, so the file may go while the copy stays.
TEST_F(S3Test, SourceAndCopyGoTheirOwnWays) {
  must_put("a", large('a'));
  ASSERT_TRUE(
      h.call<ops::CopyObject>({.bucket = "bucket", .copy_source = "bucket/a", .key = "b"}).ok());
  must_put("a", large('A'));
  EXPECT_EQ(count_files(), 2);
  EXPECT_EQ(bytes_of("a"), large('A'));
  EXPECT_EQ(bytes_of("b"), large('a'));
}

// The answer was opened before the object was replaced: it is sent to its end.
TEST_F(S3Test, AnOpenAnswerOutlivesItsObject) {
  must_put("k", large('1'));
  auto got = get({.key = "k"});
  must_put("k", large('2'));
  ASSERT_TRUE(h.call<ops::DeleteObject>({.bucket = "bucket", .key = "k"}).ok());
  EXPECT_EQ(count_files(), 0);
  EXPECT_EQ(read(*got->body), large('1'));
}

// A write that is refused after its file was made leaves nothing behind.
TEST_F(S3Test, AFailedWriteRemovesItsFile) {
  std::string upload =
      *h.call<ops::CreateMultipartUpload>({.bucket = "bucket", .key = "k"})->upload_id;
  ASSERT_TRUE(h.call<ops::UploadPart>({.body = aws::Body{.bytes = large('p')},
                                       .bucket = "bucket",
                                       .key = "k",
                                       .part_number = 1,
                                       .upload_id = upload})
                  .ok());
  ops::CompleteMultipartUploadRequest in{
      .bucket = "bucket", .key = "k", .upload_id = upload, .mpu_object_size = 1};
  in.multipart_upload.emplace().parts = {{{.part_number = 1}}};
  EXPECT_EQ(code(h.call<ops::CompleteMultipartUpload>(in)), "InvalidRequest");
  EXPECT_EQ(count_files(), 1) << "the part's alone";
}

}  // namespace
}  // namespace millrace::s3
