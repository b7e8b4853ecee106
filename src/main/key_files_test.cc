#include "main/key_files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "base/random.h"

namespace millrace {
namespace {

class KeyFilesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    dir_ = std::filesystem::temp_directory_path() / ("keys_" + random_uuid(thread_rng()));
    std::filesystem::create_directories(dir_);
  }
  void TearDown() override { std::filesystem::remove_all(dir_); }
  std::filesystem::path dir_;
};

TEST_F(KeyFilesTest, AreMadeOnceAndPrivate) {
  auto first = load_or_make_root_key(dir_);
  auto second = load_or_make_root_key(dir_);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->access_key_id, second->access_key_id);
  EXPECT_EQ(first->secret_access_key, second->secret_access_key);
  EXPECT_EQ(first->access_key_id.size(), 20u);
  EXPECT_EQ(first->secret_access_key.size(), 40u);
  struct stat info{};
  ASSERT_EQ(::stat((dir_ / kRootKeyFile).c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  auto key = load_or_make_installation_key(dir_);
  auto again = load_or_make_installation_key(dir_);
  ASSERT_TRUE(key.ok() && again.ok());
  EXPECT_EQ(*key, *again);
  EXPECT_EQ(key->size(), 32u);
}

TEST_F(KeyFilesTest, AFileThatOthersCanReadIsRefused) {
  ASSERT_TRUE(load_or_make_root_key(dir_).ok());
  ::chmod((dir_ / kRootKeyFile).c_str(), 0644);
  auto key = load_or_make_root_key(dir_);
  ASSERT_FALSE(key.ok());
  EXPECT_NE(key.error().message().find("chmod 600"), std::string::npos);
}

TEST_F(KeyFilesTest, ADamagedFileIsRefused) {
  std::ofstream(dir_ / kRootKeyFile) << "[default]\n";
  ::chmod((dir_ / kRootKeyFile).c_str(), 0600);
  EXPECT_FALSE(load_or_make_root_key(dir_).ok());
  std::ofstream(dir_ / "installation-key") << "abc";
  ::chmod((dir_ / "installation-key").c_str(), 0600);
  EXPECT_FALSE(load_or_make_installation_key(dir_).ok());
}

}  // namespace
}  // namespace millrace
