#include "base/encoding.h"
#include "base/hash.h"
#include "svc/s3/s3_testing.h"

namespace millrace::s3 {
namespace {

class MultipartTest : public S3Test {
 protected:
  std::string begin(std::optional<std::string> algorithm = {},
                    std::optional<std::string> type = {}) {
    auto out = h.call<ops::CreateMultipartUpload>({.bucket = "bucket",
                                                   .content_type = "a/b",
                                                   .key = "k",
                                                   .checksum_algorithm = algorithm,
                                                   .checksum_type = type});
    EXPECT_TRUE(out.ok()) << out.error().to_string();
    return *out->upload_id;
  }
  Result<ops::UploadPartOutput> upload(const std::string& id, int64_t number, std::string bytes) {
    return h.call<ops::UploadPart>({.body = aws::Body{.bytes = std::move(bytes)},
                                    .bucket = "bucket",
                                    .key = "k",
                                    .part_number = number,
                                    .upload_id = id});
  }
  Result<ops::CompleteMultipartUploadOutput> complete(const std::string& id,
                                                      std::vector<ops::CompletedPart> parts) {
    ops::CompleteMultipartUploadRequest in{.bucket = "bucket", .key = "k", .upload_id = id};
    in.multipart_upload.emplace().parts = std::move(parts);
    return h.call<ops::CompleteMultipartUpload>(std::move(in));
  }

  const std::string one = std::string(kPartBytesMin, '1');
  const std::string two = "the short last part";
};

TEST_F(MultipartTest, PartsBecomeOneObject) {
  std::string id = begin();
  must_put("k", "what was there before");
  ASSERT_TRUE(upload(id, 2, "replaced").ok());
  auto second = upload(id, 2, two);
  auto first = upload(id, 1, one);
  EXPECT_EQ(first->etag, '"' + hex_encode(md5(one)) + '"');
  auto listed = h.call<ops::ListParts>({.bucket = "bucket", .key = "k", .upload_id = id});
  ASSERT_EQ(listed->parts->size(), 2);
  EXPECT_EQ((*listed->parts)[1].size, two.size());
  auto done = complete(
      id, {{.etag = first->etag, .part_number = 1}, {.etag = second->etag, .part_number = 2}});
  ASSERT_TRUE(done.ok()) << done.error().to_string();
  EXPECT_EQ(done->etag, '"' + hex_encode(md5(md5(one) + md5(two))) + "-2\"");
  EXPECT_EQ(done->location, "http://127.0.0.1:4566/bucket/k");
  auto got = get({.key = "k", .checksum_mode = "ENABLED"});
  EXPECT_EQ(read(*got->body), one + two);
  EXPECT_EQ(got->content_type, "a/b");
  std::unique_ptr<Hasher> crc = Hasher::create(HashKind::kCrc64Nvme);
  crc->update(one + two);
  EXPECT_EQ(got->checksum_crc64_nvme, base64_encode(crc->finish()));
  auto part = get({.key = "k", .part_number = 2});
  EXPECT_EQ(read(*part->body), two);
  EXPECT_EQ(part->parts_count, 2);
  auto across = get({.key = "k", .range = "bytes=5242878-5242881"});
  EXPECT_EQ(read(*across->body), "11" + two.substr(0, 2));
  EXPECT_EQ(count_files(), 1) << "the first part's file is the object's; the last part is inline";
}

TEST_F(MultipartTest, CompletingAgainSaysTheSame) {
  std::string id = begin();
  ASSERT_TRUE(upload(id, 1, two).ok());
  auto done = complete(id, {{.part_number = 1}});
  ASSERT_TRUE(done.ok());
  auto again = complete(id, {{.part_number = 1}});
  ASSERT_TRUE(again.ok()) << again.error().to_string();
  EXPECT_EQ(again->etag, done->etag);
  must_put("k", "something else");
  EXPECT_EQ(code(complete(id, {{.part_number = 1}})), "NoSuchUpload");
}

TEST_F(MultipartTest, AnAnswerKeepsItsFiles) {
  std::string id = begin();
  ASSERT_TRUE(upload(id, 1, one).ok());
  ASSERT_TRUE(upload(id, 2, one).ok());
  ASSERT_TRUE(upload(id, 3, "never named").ok());
  ASSERT_TRUE(complete(id, {{.part_number = 1}, {.part_number = 2}}).ok());
  ASSERT_EQ(count_files(), 2);
  {
    auto answer = get({.key = "k"});
    must_put("k", "");
    EXPECT_EQ(count_files(), 2);
    EXPECT_EQ(read(*answer->body), one + one);
  }
  EXPECT_EQ(count_files(), 0);
}

TEST_F(MultipartTest, CopiesLinkEveryFile) {
  std::string id = begin();
  ASSERT_TRUE(upload(id, 1, one).ok());
  ASSERT_TRUE(upload(id, 2, two).ok());
  ASSERT_TRUE(complete(id, {{.part_number = 1}, {.part_number = 2}}).ok());
  auto copy = h.call<ops::CopyObject>({.bucket = "bucket", .copy_source = "bucket/k", .key = "c"});
  ASSERT_TRUE(copy.ok()) << copy.error().to_string();
  EXPECT_EQ(copy->copy_object_result->etag, '"' + hex_encode(md5(one + two)) + '"');
  must_put("k", "");
  EXPECT_EQ(bytes_of("c"), one + two);
  EXPECT_EQ(get({.key = "c"})->parts_count, std::nullopt);
  must_put("c", "");
  EXPECT_EQ(count_files(), 0);
}

TEST_F(MultipartTest, CompleteChecksTheParts) {
  std::string id = begin();
  ASSERT_TRUE(upload(id, 1, "too small").ok());
  ASSERT_TRUE(upload(id, 2, two).ok());
  EXPECT_EQ(code(complete(id, {})), "MalformedXML");
  EXPECT_EQ(code(complete(id, {{.part_number = 2}, {.part_number = 1}})), "InvalidPartOrder");
  EXPECT_EQ(code(complete(id, {{.part_number = 1}, {.part_number = 1}})), "InvalidPartOrder");
  EXPECT_EQ(code(complete(id, {{.part_number = 3}})), "InvalidPart");
  EXPECT_EQ(code(complete(id, {{.etag = "\"other\"", .part_number = 1}})), "InvalidPart");
  EXPECT_EQ(code(complete(id, {{.part_number = 1}, {.part_number = 2}})), "EntityTooSmall");
  EXPECT_EQ(code(complete("no such id", {{.part_number = 1}})), "NoSuchUpload");
  EXPECT_EQ(code(upload(id, 0, "")), "InvalidArgument");
  EXPECT_EQ(code(upload(id, 10'001, "")), "InvalidArgument");
  EXPECT_EQ(code(upload("no such id", 1, "")), "NoSuchUpload");
  EXPECT_EQ(code(complete(id, {{.part_number = 2}})), "OK");
  EXPECT_EQ(bytes_of("k"), two);
}

TEST_F(MultipartTest, CompositeChecksums) {
  std::string id = begin("CRC32");
  EXPECT_EQ(code(upload(id, 1, one)), "InvalidRequest") << "the chosen checksum is missing";
  auto part = [&](int64_t number, const std::string& bytes) {
    std::unique_ptr<Hasher> crc = Hasher::create(HashKind::kCrc32);
    crc->update(bytes);
    std::string value = base64_encode(crc->finish());
    auto out = h.call<ops::UploadPart>({.body = aws::Body{.bytes = bytes},
                                        .bucket = "bucket",
                                        .checksum_algorithm = "CRC32",
                                        .checksum_crc32 = value,
                                        .key = "k",
                                        .part_number = number,
                                        .upload_id = id});
    EXPECT_TRUE(out.ok()) << out.error().to_string();
    return value;
  };
  std::string c1 = part(1, one), c2 = part(2, two);
  EXPECT_EQ(code(complete(id, {{.part_number = 1}, {.part_number = 2}})), "InvalidRequest");
  auto done = complete(
      id, {{.checksum_crc32 = c1, .part_number = 1}, {.checksum_crc32 = c2, .part_number = 2}});
  ASSERT_TRUE(done.ok()) << done.error().to_string();
  std::unique_ptr<Hasher> crc = Hasher::create(HashKind::kCrc32);
  crc->update(*base64_decode(c1) + *base64_decode(c2));
  EXPECT_EQ(done->checksum_crc32, base64_encode(crc->finish()) + "-2");
  EXPECT_EQ(done->checksum_type, "COMPOSITE");
  auto attributes = h.call<ops::GetObjectAttributes>(
      {.bucket = "bucket",
       .key = "k",
       .object_attributes = {"ETag", "ObjectParts", "ObjectSize", "Checksum", "StorageClass"}});
  EXPECT_EQ(attributes->object_size, one.size() + two.size());
  EXPECT_EQ(attributes->object_parts->total_parts_count, 2);
  EXPECT_EQ((*attributes->object_parts->parts)[1].checksum_crc32, c2);
  EXPECT_EQ(attributes->checksum->checksum_type, "COMPOSITE");
  // A copy is one object again.
  auto copy = h.call<ops::CopyObject>({.bucket = "bucket", .copy_source = "bucket/k", .key = "c"});
  EXPECT_EQ(copy->copy_object_result->etag, '"' + hex_encode(md5(one + two)) + '"');
  EXPECT_EQ(copy->copy_object_result->checksum_type, "FULL_OBJECT");
}

TEST_F(MultipartTest, AlgorithmsAndTypesThatGoTogether) {
  auto begin_with = [&](const char* algorithm, std::optional<std::string> type) {
    return code(h.call<ops::CreateMultipartUpload>(
        {.bucket = "bucket", .key = "k", .checksum_algorithm = algorithm, .checksum_type = type}));
  };
  EXPECT_EQ(begin_with("CRC32", "FULL_OBJECT"), "OK");
  EXPECT_EQ(begin_with("CRC64NVME", {}), "OK");
  EXPECT_EQ(begin_with("CRC64NVME", "COMPOSITE"), "InvalidRequest");
  EXPECT_EQ(begin_with("SHA256", "COMPOSITE"), "OK");
  EXPECT_EQ(begin_with("SHA256", "FULL_OBJECT"), "InvalidRequest");
  EXPECT_EQ(begin_with("SHA3", {}), "InvalidRequest");
}

TEST_F(MultipartTest, PartsOutOfOtherObjects) {
  must_put("source", one + "0123456789");
  std::string id = begin();
  auto copy = [&](int64_t number, std::optional<std::string> range) {
    return h.call<ops::UploadPartCopy>({.bucket = "bucket",
                                        .copy_source = "bucket/source",
                                        .copy_source_range = range,
                                        .key = "k",
                                        .part_number = number,
                                        .upload_id = id});
  };
  auto whole = copy(1, {});
  ASSERT_TRUE(whole.ok()) << whole.error().to_string();
  EXPECT_EQ(whole->copy_part_result->etag, '"' + hex_encode(md5(one + "0123456789")) + '"');
  std::string from = std::to_string(kPartBytesMin + 2), to = std::to_string(kPartBytesMin + 4);
  ASSERT_TRUE(copy(2, "bytes=" + from + "-" + to).ok());
  for (const char* bad : {"bytes=0-", "bytes=-5", "0-5", "bytes=99999999-99999999"}) {
    EXPECT_EQ(code(copy(3, bad)), "InvalidArgument") << bad;
  }
  ASSERT_TRUE(complete(id, {{.part_number = 1}, {.part_number = 2}}).ok());
  EXPECT_EQ(bytes_of("k"), one + "0123456789" + "234");
}

TEST_F(MultipartTest, AbortRemovesEverything) {
  std::string id = begin();
  ASSERT_TRUE(upload(id, 1, one).ok());
  EXPECT_EQ(count_files(), 1);
  auto abort = [&] {
    return code(
        h.call<ops::AbortMultipartUpload>({.bucket = "bucket", .key = "k", .upload_id = id}));
  };
  EXPECT_EQ(abort(), "OK");
  EXPECT_EQ(abort(), "NoSuchUpload");
  EXPECT_EQ(count_files(), 0);
}

TEST_F(MultipartTest, ListsUploadsAndPartsInPages) {
  std::vector<std::string> ids;
  for (const char* key : {"a/1", "a/1", "a/2", "b"}) {
    h.clock.advance_ms(1000);
    ids.push_back(*h.call<ops::CreateMultipartUpload>({.bucket = "bucket", .key = key})->upload_id);
  }
  auto first = h.call<ops::ListMultipartUploads>({.bucket = "bucket", .max_uploads = 1});
  EXPECT_EQ(first->uploads->front().upload_id, ids[0]);
  EXPECT_EQ(first->is_truncated, true);
  auto rest = h.call<ops::ListMultipartUploads>({.bucket = "bucket",
                                                 .key_marker = first->next_key_marker,
                                                 .upload_id_marker = first->next_upload_id_marker});
  ASSERT_EQ(rest->uploads->size(), 3);
  EXPECT_EQ(rest->uploads->front().upload_id, ids[1]) << "in the order they were begun";
  auto rolled = h.call<ops::ListMultipartUploads>({.bucket = "bucket", .delimiter = "/"});
  EXPECT_EQ(rolled->uploads->size(), 1);
  EXPECT_EQ(rolled->common_prefixes->size(), 1);
  EXPECT_EQ(
      h.call<ops::ListMultipartUploads>({.bucket = "bucket", .prefix = "a/2"})->uploads->size(), 1);

  std::string id = begin();
  for (int64_t n : {1, 5, 9})
    ASSERT_TRUE(upload(id, n, "x").ok());
  auto page =
      h.call<ops::ListParts>({.bucket = "bucket", .key = "k", .max_parts = 2, .upload_id = id});
  EXPECT_EQ(page->next_part_number_marker, 5);
  EXPECT_EQ(page->is_truncated, true);
  page = h.call<ops::ListParts>(
      {.bucket = "bucket", .key = "k", .part_number_marker = 5, .upload_id = id});
  ASSERT_EQ(page->parts->size(), 1);
  EXPECT_EQ(page->parts->front().part_number, 9);
}

}  // namespace
}  // namespace millrace::s3
