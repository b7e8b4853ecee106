#include "aws/body.h"

#include <unistd.h>

namespace millrace::aws {

SpooledFile::~SpooledFile() {
  if (fd_ >= 0) ::close(fd_);
  if (!path_.empty()) ::unlink(path_.c_str());
}

OpenFile::~OpenFile() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace millrace::aws
