// The operations of CloudWatch Logs, each in the file of its name.
#pragma once

#include "svc/logs/rows.h"

namespace millrace::logs {

template <class Op>
using Answer = Result<typename Op::Output>;

Answer<api::CreateLogGroup> create_log_group(svc::Context&, const api::CreateLogGroup::Input&);
Answer<api::CreateLogStream> create_log_stream(svc::Context&, const api::CreateLogStream::Input&);
Answer<api::DeleteLogGroup> delete_log_group(svc::Context&, const api::DeleteLogGroup::Input&);
Answer<api::DeleteLogStream> delete_log_stream(svc::Context&, const api::DeleteLogStream::Input&);
Answer<api::DeleteRetentionPolicy> delete_retention_policy(
    svc::Context&, const api::DeleteRetentionPolicy::Input&);
Answer<api::DescribeLogGroups> describe_log_groups(svc::Context&,
                                                   const api::DescribeLogGroups::Input&);
Answer<api::DescribeLogStreams> describe_log_streams(svc::Context&,
                                                     const api::DescribeLogStreams::Input&);
Answer<api::DescribeSubscriptionFilters> describe_subscription_filters(
    svc::Context&, const api::DescribeSubscriptionFilters::Input&);
Answer<api::FilterLogEvents> filter_log_events(svc::Context&, const api::FilterLogEvents::Input&);
Answer<api::GetLogEvents> get_log_events(svc::Context&, const api::GetLogEvents::Input&);
Answer<api::ListTagsForResource> list_tags_for_resource(svc::Context&,
                                                        const api::ListTagsForResource::Input&);
Answer<api::ListTagsLogGroup> list_tags_log_group(svc::Context&,
                                                  const api::ListTagsLogGroup::Input&);
Answer<api::PutLogEvents> put_log_events(svc::Context&, const api::PutLogEvents::Input&);
Answer<api::PutRetentionPolicy> put_retention_policy(svc::Context&,
                                                     const api::PutRetentionPolicy::Input&);
Answer<api::TagLogGroup> tag_log_group(svc::Context&, const api::TagLogGroup::Input&);
Answer<api::TagResource> tag_resource(svc::Context&, const api::TagResource::Input&);
Answer<api::UntagLogGroup> untag_log_group(svc::Context&, const api::UntagLogGroup::Input&);
Answer<api::UntagResource> untag_resource(svc::Context&, const api::UntagResource::Input&);

void register_operations(svc::Registry& registry);

}  // namespace millrace::logs
