#include "net/http_parser.h"

#include <gtest/gtest.h>

#include "net/read_buffer.h"

namespace millrace::net {
namespace {

int status_of(const std::string& text) {
  HeadScanner scanner;
  if (scanner.scan(text) == HeadScanner::State::kMalformed) return 400;
  auto head = parse_request_head(text);
  return head.ok() ? 200 : head.error().http_status();
}

TEST(HttpParser, KeepsCaseOrderAndRepeatsOfHeaders) {
  auto head = parse_request_head(
      "POST /a%20b?x=1&y HTTP/1.1\r\nHost: h:80\r\nX-One:  a b \r\nx-one: c\r\nEmpty:\r\n\r\n");
  ASSERT_TRUE(head.ok());
  EXPECT_EQ(head->method, "POST");
  EXPECT_EQ(head->path, "/a%20b");
  EXPECT_EQ(head->query, "x=1&y");
  EXPECT_EQ(head->host, "h:80");
  EXPECT_EQ(head->host_name(), "h");
  ASSERT_EQ(head->headers.size(), 4u);
  EXPECT_EQ(head->headers[1].name, "X-One");
  EXPECT_EQ(head->headers[1].value, "a b");
  EXPECT_EQ(head->headers[2].name, "x-one");
  EXPECT_EQ(head->headers[2].value, "c");
  EXPECT_EQ(head->headers[3].value, "");
  EXPECT_EQ(head->header("X-ONE"), "a b");
}

TEST(HttpParser, AbsoluteTargetNamesTheHost) {
  auto head =
      parse_request_head("GET http://b.s3.amazonaws.com/k?v HTTP/1.1\r\nHost: other\r\n\r\n");
  ASSERT_TRUE(head.ok());
  EXPECT_EQ(head->host, "b.s3.amazonaws.com");
  EXPECT_EQ(head->path, "/k");
  EXPECT_EQ(head->query, "v");
  head = parse_request_head("GET http://h HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(head.ok());
  EXPECT_EQ(head->path, "/");
  head = parse_request_head("GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n");
  ASSERT_TRUE(head.ok());
  EXPECT_EQ(head->host_name(), "::1");
}

// What two HTTP parsers in a row might read differently.
TEST(HttpParser, RefusesAmbiguousHeads) {
  const std::string start = "POST / HTTP/1.1\r\nHost: h\r\n";
  const std::vector<std::string> bad = {
      start + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
      start + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
      start + "Content-Length: 5\r\nContent-Length: 5\r\n\r\n",
      start + "Content-Length: 5\r\ncontent-length: 6\r\n\r\n",
      start + "Content-Length: +5\r\n\r\n",
      start + "Content-Length: -5\r\n\r\n",
      start + "Content-Length: 0x5\r\n\r\n",
      start + "Content-Length: 5 5\r\n\r\n",
      start + "Content-Length: 5, 5\r\n\r\n",
      start + "Content-Length: \r\n\r\n",
      start + "Content-Length: 99999999999999999999\r\n\r\n",
      start + "Transfer-Encoding: identity\r\n\r\n",
      start + "Transfer-Encoding: gzip, chunked\r\n\r\n",
      start + "Transfer-Encoding: chunked, identity\r\n\r\n",
      start + "Transfer-Encoding: xchunked\r\n\r\n",
      start + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
      start + "Transfer-Encoding : chunked\r\n\r\n",
      start + "Transfer-Encoding\r\n : chunked\r\n\r\n",
      start + "X: a\r\n folded\r\n\r\n",
      start + "X: a\r\n\tfolded\r\n\r\n",
      start + "X: a\nY: b\r\n\r\n",
      start + "X: a\rY: b\r\n\r\n",
      start + "X: a\r\r\nY: b\r\n\r\n",
      start + std::string("X: a\0b\r\n\r\n", 10),
      start + "X: a\x01\r\n\r\n",
      start + "X Y: a\r\n\r\n",
      start + ": a\r\n\r\n",
      start + "X\r\n\r\n",
      start + "Host: other\r\n\r\n",
      "POST / HTTP/1.1\r\n\r\n",
      "POST / HTTP/1.1\r\n Host: h\r\n\r\n",
      "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
      "POST / HTTP/1.2\r\nHost: h\r\n\r\n",
      "POST / HTTP/2.0\r\nHost: h\r\n\r\n",
      "POST / HTTP/0.9\r\n\r\n",
      "PRI * HTTP/2.0\r\n\r\n",
      "POST /\r\n\r\n",
      "POST / a HTTP/1.1\r\nHost: h\r\n\r\n",
      "POST nowhere HTTP/1.1\r\nHost: h\r\n\r\n",
      "POST /\x80 HTTP/1.1\r\nHost: h\r\n\r\n",
      "NOTAMETHOD / HTTP/1.1\r\nHost: h\r\n\r\n",
      "post / HTTP/1.1\r\nHost: h\r\n\r\n",
      "GET / HTTP/1.1\nHost: h\n\n",
  };
  for (const std::string& text : bad)
    EXPECT_EQ(status_of(text), 400) << text;
  EXPECT_EQ(status_of(start + "Expect: 200-maybe\r\n\r\n"), 417);
  EXPECT_EQ(status_of(start + "Transfer-Encoding: Chunked\r\n\r\n"), 200);
  EXPECT_EQ(status_of("\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n"), 200);
  EXPECT_EQ(status_of("GET / HTTP/1.0\r\n\r\n"), 200);
}

TEST(HttpParser, LimitsCountAndTarget) {
  HeadLimits limits{2, 10};
  bool keep_alive;
  auto head =
      parse_request_head("GET / HTTP/1.1\r\nHost: h\r\nA: 1\r\nB: 2\r\n\r\n", limits, &keep_alive);
  ASSERT_FALSE(head.ok());
  EXPECT_EQ(head.error().http_status(), 400);
  head = parse_request_head("GET /0123456789 HTTP/1.1\r\nHost: h\r\n\r\n", limits, &keep_alive);
  ASSERT_FALSE(head.ok());
  EXPECT_EQ(head.error().http_status(), 414);
}

TEST(HttpParser, KeepAliveFollowsVersionAndConnection) {
  auto keeps = [](const char* text) {
    bool keep_alive = false;
    auto head = parse_request_head(text, HeadLimits{}, &keep_alive);
    EXPECT_TRUE(head.ok()) << text;
    return keep_alive;
  };
  EXPECT_TRUE(keeps("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.0\r\n\r\n"));
  EXPECT_TRUE(keeps("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
}

TEST(HeadScanner, FindsTheEndWhereverTheBytesAreSplit) {
  std::string text = "\r\nGET / HTTP/1.1\r\nHost: h\r\nA: b\r\n\r\nrest";
  for (size_t step = 1; step < text.size(); ++step) {
    HeadScanner scanner;
    auto state = HeadScanner::State::kIncomplete;
    for (size_t n = step; state == HeadScanner::State::kIncomplete; n += step) {
      state = scanner.scan(std::string_view(text).substr(0, n));
    }
    EXPECT_EQ(state, HeadScanner::State::kComplete);
    EXPECT_EQ(scanner.begin(), 2u);
    EXPECT_EQ(scanner.end(), text.size() - 4);
  }
}

// The payload, or "bad", of `text` given in pieces of `step` bytes; `rest` gets what is behind it.
std::string decode(BodyDecoder decoder, std::string_view text, size_t step, std::string* rest) {
  std::string payload;
  size_t fed = 0;
  size_t used = 0;
  while (!decoder.done() && fed < text.size()) {
    fed = std::min(text.size(), fed + step);
    while (!decoder.done()) {
      auto s = decoder.step(text.substr(used, fed - used));
      if (s.state == BodyDecoder::State::kMalformed) return "bad";
      payload += s.payload;
      used += s.consumed;
      if (s.consumed == 0) break;
    }
  }
  *rest = text.substr(used);
  return decoder.done() ? payload : "unfinished";
}

TEST(BodyDecoder, ReadsChunksWhereverTheBytesAreSplit) {
  std::string text =
      "5\r\nhello\r\n1;a=\"b\"\r\n \r\n00a\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\nnext";
  for (size_t step = 1; step <= text.size(); ++step) {
    std::string rest;
    EXPECT_EQ(decode(BodyDecoder::chunked(), text, step, &rest), "hello 0123456789");
    EXPECT_EQ(rest, "next");
  }
}

TEST(BodyDecoder, RefusesBadChunks) {
  for (const char* text :
       {"5\nhello\r\n0\r\n\r\n", "5\r\nhello\n0\r\n\r\n", "5\r\nhelloX\r\n0\r\n\r\n", "g\r\n",
        "\r\n", " 5\r\nhello\r\n", "5 \r\nhello\r\n", "-5\r\n", "+5\r\n", "0x5\r\nhello\r\n",
        "5\r\nhello0\r\n\r\n", "1000000000000000\r\n", "5;a\nb\r\nhello\r\n", "0\r\nA: b\n\r\n",
        "0\r\n\r\r"}) {
    for (size_t step : {size_t{1}, size_t{100}}) {
      std::string rest;
      EXPECT_EQ(decode(BodyDecoder::chunked(), text, step, &rest), "bad") << text;
    }
  }
  std::string rest;
  std::string long_line = "5;" + std::string(2000, 'x') + "\r\nhello\r\n0\r\n\r\n";
  EXPECT_EQ(decode(BodyDecoder::chunked(), long_line, 100, &rest), "bad");
  std::string many_trailers = "0\r\n";
  for (int i = 0; i < 3000; ++i)
    many_trailers += "Name: value\r\n";
  EXPECT_EQ(decode(BodyDecoder::chunked(), many_trailers + "\r\n", 100, &rest), "bad");
}

TEST(BodyDecoder, LengthEndsExactly) {
  std::string rest;
  EXPECT_EQ(decode(BodyDecoder::with_length(3), "abcdef", 2, &rest), "abc");
  EXPECT_EQ(rest, "def");
  EXPECT_TRUE(BodyDecoder::with_length(0).done());
}

TEST(ReadBuffer, StaysInPlaceWhileARead) {
  ReadBuffer buffer;
  memcpy(buffer.prepare(16), "abcd", 4);
  buffer.commit(4);
  char* to = buffer.prepare(8);
  buffer.consume(4);  // must not move the space the read goes to
  memcpy(to, "efgh", 4);
  buffer.commit(4);
  EXPECT_EQ(buffer.view(), "efgh");
}

TEST(Response, CannotBeSplitByItsValues) {
  Response response(200, "x", "text/plain");
  response.add("Location", "a\r\nSet-Cookie: b").add("Content-Length", "5").add("Date", "never");
  EXPECT_EQ(response.header_lines(), "Content-Type: text/plain\r\nLocation: a  Set-Cookie: b\r\n");
  EXPECT_EQ(response.header("location"), "a  Set-Cookie: b");
}

TEST(ResponseHead, IsParsed) {
  auto head = parse_response_head("HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\nX-Amz: 1\r\n\r\n",
                                  HeadLimits{});
  ASSERT_TRUE(head.ok());
  EXPECT_EQ(head->status, 404);
  EXPECT_EQ(head->content_length, 3u);
  EXPECT_TRUE(head->keep_alive);
  EXPECT_FALSE(parse_response_head("HTTP/1.1 x\r\n\r\n", HeadLimits{}).ok());
}

}  // namespace
}  // namespace millrace::net
