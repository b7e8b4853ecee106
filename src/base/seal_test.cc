#include "base/seal.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

TEST(Seal, OpensOnlyWithItsKeyAndPurposeAndUnchanged) {
  std::string key(kSealKeyBytes, 'k');
  std::string other_key(kSealKeyBytes, 'x');
  for (std::string text : {std::string(), std::string("secret"), std::string(5000, 's')}) {
    std::string sealed = seal({key, "test"}, text);
    EXPECT_EQ(unseal({key, "test"}, sealed), text);
    EXPECT_EQ(unseal({other_key, "test"}, sealed), std::nullopt);
    EXPECT_EQ(unseal({key, "other"}, sealed), std::nullopt);
    for (size_t i : {size_t{0}, sealed.size() / 2, sealed.size() - 1}) {
      std::string changed = sealed;
      changed[i] ^= 1;
      EXPECT_EQ(unseal({key, "test"}, changed), std::nullopt);
    }
  }
  EXPECT_EQ(unseal({key, "test"}, "short"), std::nullopt);
  EXPECT_NE(seal({key, "test"}, "a"), seal({key, "test"}, "a"));
}

}  // namespace
}  // namespace millrace
