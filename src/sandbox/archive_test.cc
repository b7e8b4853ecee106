#include "sandbox/archive.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace millrace::sandbox {
namespace {
namespace fs = std::filesystem;

struct Entry {
  std::string name;
  std::string content;
  uint32_t mode = 0100644;
};

std::string make_zip(const std::vector<Entry>& entries) {
  zip_error_t error;
  zip_source_t* source = zip_source_buffer_create(nullptr, 0, 0, &error);
  zip_t* zip = zip_open_from_source(source, ZIP_TRUNCATE, &error);
  zip_source_keep(source);
  for (const Entry& entry : entries) {
    zip_int64_t index;
    if (entry.name.ends_with('/')) {
      index = zip_dir_add(zip, entry.name.c_str(), 0);
    } else {
      index = zip_file_add(zip, entry.name.c_str(),
                           zip_source_buffer(zip, entry.content.data(), entry.content.size(), 0),
                           ZIP_FL_OVERWRITE);
    }
    zip_file_set_external_attributes(zip, static_cast<zip_uint64_t>(index), 0, ZIP_OPSYS_UNIX,
                                     entry.mode << 16);
  }
  EXPECT_EQ(zip_close(zip), 0);
  zip_stat_t stat;
  zip_source_stat(source, &stat);
  std::string bytes(stat.size, '\0');
  zip_source_open(source);
  zip_source_read(source, bytes.data(), bytes.size());
  zip_source_close(source);
  zip_source_free(source);
  return bytes;
}

class ArchiveTest : public testing::Test {
 protected:
  void SetUp() override {
    char path[] = "/tmp/archive_test.XXXXXX";
    dir_ = mkdtemp(path);
  }
  void TearDown() override { fs::remove_all(dir_); }
  std::string read(const std::string& name) {
    std::ifstream in(dir_ + "/out/" + name);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  }
  std::string refusal(const std::vector<Entry>& entries, ArchiveLimits limits = {}) {
    auto result = unpack_zip(make_zip(entries), dir_ + "/out", limits);
    if (result.ok()) return "";
    EXPECT_EQ(result.error().code(), "InvalidParameterValueException");
    EXPECT_EQ(result.error().http_status(), 400);
    EXPECT_FALSE(fs::exists(dir_ + "/out"));
    return result.error().message();
  }
  std::string dir_;
};

constexpr char kBadZip[] =
    "Could not unzip uploaded file. Please check your file, then try to upload again.";

TEST_F(ArchiveTest, UnpacksFilesFoldersModesAndInnerLinks) {
  auto result = unpack_zip(make_zip({{"index.js", "exports.handler=1"},
                                     {"bin/", "", 040755},
                                     {"bin/run", "#!/bin/sh", 0100755},
                                     {"deep/er/x", "y", 0100600},
                                     {"link", "deep/er/x", 0120777},
                                     {"deep/up", "../index.js", 0120777}}),
                           dir_ + "/out");
  ASSERT_TRUE(result.ok()) << result.error().to_string();
  EXPECT_EQ(result->files, 3);
  EXPECT_EQ(read("index.js"), "exports.handler=1");
  EXPECT_EQ(read("link"), "y");
  EXPECT_EQ(read("deep/up"), "exports.handler=1");
  struct stat st;
  ASSERT_EQ(stat((dir_ + "/out/bin/run").c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 07777, 0755u);
  ASSERT_EQ(stat((dir_ + "/out/deep/er/x").c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 07777, 0600u);
}

TEST_F(ArchiveTest, RefusesWhatEscapes) {
  EXPECT_EQ(refusal({{"../evil", "x"}}), kBadZip);
  EXPECT_EQ(refusal({{"a/../../evil", "x"}}), kBadZip);
  EXPECT_EQ(refusal({{"/etc/evil", "x"}}), kBadZip);
  EXPECT_EQ(refusal({{"link", "/etc/passwd", 0120777}}), kBadZip);
  EXPECT_EQ(refusal({{"link", "../../etc/passwd", 0120777}}), kBadZip);
  // x -> . makes x/.. the parent of the root.
  EXPECT_EQ(refusal({{"x", ".", 0120777}, {"y", "x/..", 0120777}}), kBadZip);
  EXPECT_EQ(refusal({{"dev", "", 0020666}}), kBadZip);
  EXPECT_FALSE(fs::exists(dir_ + "/evil"));
}

TEST_F(ArchiveTest, NothingIsWrittenThroughALink) {
  EXPECT_EQ(refusal({{"d", "sub", 0120777}, {"sub/", "", 040755}, {"d/file", "x"}}), kBadZip);
}

TEST_F(ArchiveTest, RefusesABombByWhatItInflatesTo) {
  // AWS: "Unzipped size must be smaller than 262144000 bytes" (quota: 250 MB unpacked).
  EXPECT_EQ(refusal({{"zeros", std::string(3'000'000, '\0')}}, {.unpacked_bytes_max = 1'000'000}),
            "Unzipped size must be smaller than 1000000 bytes");
}

TEST_F(ArchiveTest, RefusesWhatIsNoArchive) {
  for (std::string bytes : {std::string("PK"), std::string("hello"), std::string(5000, 'x')}) {
    auto result = unpack_zip(bytes, dir_ + "/out");
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().message(), kBadZip);
  }
  std::string cut = make_zip({{"a", std::string(100'000, 'q')}, {"b", "x"}});
  EXPECT_FALSE(unpack_zip(std::string_view(cut).substr(0, cut.size() - 30), dir_ + "/out").ok());
  EXPECT_EQ(unpack_zip("", dir_ + "/out").error().message(),
            "Uploaded file must be a non-empty zip");
  EXPECT_EQ(refusal({{"a", "1"}, {"b", "2"}}, {.entries_max = 1}), kBadZip);
  EXPECT_EQ(refusal({{"a/b/c/d/e", "1"}}, {.entries_max = 3}), kBadZip);  // folders count too
}

TEST_F(ArchiveTest, CacheUnpacksOncePerDigest) {
  DiskCodeCache cache(dir_ + "/code");
  std::string zip = make_zip({{"index.js", "1"}});
  EXPECT_FALSE(cache.find("abc"));
  auto first = cache.unpack("abc", zip);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first->size_bytes, 1);
  auto again = cache.unpack("abc", "not even a zip");
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->directory, first->directory);
  EXPECT_EQ(cache.find("abc")->size_bytes, 1);
}

TEST_F(ArchiveTest, CacheIsTidiedUpAtStart) {
  DiskCodeCache cache(dir_ + "/code");
  const auto entries = [&] {
    std::filesystem::directory_iterator all(dir_ + "/code");
    return std::distance(begin(all), end(all));
  };
  cache.tidy_up({});
  std::string zip = make_zip({{"index.js", "1"}});
  ASSERT_TRUE(cache.unpack("used", zip).ok());
  ASSERT_TRUE(cache.unpack("unused", zip).ok());
  std::filesystem::create_directories(dir_ + "/code/used.12.1.tmp/part");
  cache.tidy_up({"used"});
  EXPECT_TRUE(cache.find("used"));
  EXPECT_FALSE(cache.find("unused"));
  EXPECT_EQ(entries(), 3);  // a folder, its size, the boot
  // After a start of the machine nothing that was not synced is believed.
  std::ofstream(dir_ + "/code/boot-id", std::ios::trunc) << "another\n";
  cache.tidy_up({"used"});
  EXPECT_FALSE(cache.find("used"));
  EXPECT_EQ(entries(), 1);
}

}  // namespace
}  // namespace millrace::sandbox
