#include "net/socket_owner.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "net/net_testing.h"

namespace millrace::net {
namespace {

TEST_F(HttpServerTest, TheOwnerOfTheOtherEndIsKnown) {
  std::shared_ptr<const Connection> connection;
  handler_.handle = [&](Request request, Responder responder) {
    connection = request.head.connection;
    responder.send(Response(200, "ok"));
  };
  start();
  RawClient client(port());
  client.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(client.read_body(), "ok");
  ASSERT_NE(connection, nullptr);
  EXPECT_EQ(connection->local_port, port());

  struct stat info{};
  ASSERT_EQ(fstat(client.fd(), &info), 0);
  auto owner = find_socket_owner(*connection);
  ASSERT_TRUE(owner);
  EXPECT_EQ(owner->uid, geteuid());
  EXPECT_EQ(owner->inode, info.st_ino);
}

TEST_F(HttpServerTest, AClosedEndHasNoOwner) {
  std::shared_ptr<const Connection> connection;
  handler_.handle = [&](Request request, Responder responder) {
    connection = request.head.connection;
    responder.send(Response(200, "ok"));
  };
  start();
  RawClient client(port());
  client.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(client.read_body(), "ok");
  client.close();
  EXPECT_FALSE(find_socket_owner(*connection));
}

}  // namespace
}  // namespace millrace::net
