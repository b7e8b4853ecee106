// Lists of HTTP APIs: the model gives an item another struct than the row, with the same members.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "svc/apigateway/http_rows.h"

namespace millrace::apigateway {

// A page of `rows` (answers of GetOp) as the answer of ListOp. `ids` are the rows' own.
template <class ListOp, class GetOp>
Result<typename ListOp::Output> list_page(const std::vector<typename GetOp::Output>& rows,
                                          const std::vector<std::string>& ids,
                                          const HttpPageRequest& request) {
  MR_ASSIGN(HttpPage page, http_page_of(ids, request));
  codec::Json items = codec::Json::array();
  for (size_t i = page.first; i < page.last; ++i)
    items.push(svc::to_document<GetOp>(rows[i]));
  codec::Json list = codec::Json::object().set("Items", std::move(items));
  if (page.next) list.set("NextToken", *page.next);
  return svc::from_document<ListOp>(list);
}

}  // namespace millrace::apigateway
