// Multipart uploads: finding one, its parts, and ending it.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
#pragma once

#include <string>
#include <string_view>

#include "svc/s3/keys.h"
#include "svc/s3/object_io.h"

namespace millrace::s3 {

// Begins with its time, so that the uploads of a key are listed in the order they were begun.
std::string new_upload_id(Instant now);

// Errors: NoSuchUpload.
Result<UploadRecord> find_upload(store::Reader& reader, const Bucket& bucket,
                                 const UploadKeyParts& upload);
Result<std::optional<PartRecord>> find_part(store::Reader& reader, const Bucket& bucket,
                                            std::string_view upload_id, uint32_t number);
// Errors: InvalidArgument.
Status check_part_number(int64_t number);
// Puts a part in the place of an earlier one of its number.
Status replace_part(Context& ctx, const Bucket& bucket, std::string_view upload_id, uint32_t number,
                    const PartRecord& record);
// Removes the upload, its parts and their bytes, except those that an object has `kept`.
Status delete_upload(Context& ctx, const Bucket& bucket, const UploadKeyParts& upload,
                     const Segments& kept = {});

}  // namespace millrace::s3
