#include "svc/iam/records.h"
#include "svc/iam/sts.h"

namespace millrace::iam {

// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetAccessKeyInfo.html
Result<aws::sts::GetAccessKeyInfoResponse> get_access_key_info(
    svc::Context& ctx, const aws::sts::GetAccessKeyInfoRequest& in) {
  aws::sts::GetAccessKeyInfoResponse out;
  MR_ASSIGN(auto record, find_access_key(ctx.txn(), in.access_key_id));
  bool twelve_digits = in.access_key_id.size() == 12 &&
                       in.access_key_id.find_first_not_of("0123456789") == std::string::npos;
  if (record) {
    out.account = record->account;
  } else if (twelve_digits) {
    out.account = in.access_key_id;  // such a key names its account
  } else if (in.access_key_id == ctx.caller().access_key_id) {
    out.account = ctx.account();
  } else {
    return Error("ValidationError", 400, "Invalid value for parameter AccessKeyId");
  }
  return out;
}

}  // namespace millrace::iam
