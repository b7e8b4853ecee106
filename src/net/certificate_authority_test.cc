#include "net/certificate_authority.h"

#include <sys/stat.h>

#include <fstream>

#include "net/net_testing.h"

namespace millrace::net {
namespace {

class TlsTest : public HttpServerTest {
 protected:
  void SetUp() override {
    auto opened = CertificateAuthority::open(dir_.path() + "/tls", system_clock());
    ASSERT_TRUE(opened.ok());
    authority_ = std::move(*opened);
    HttpServer::Options options;
    options.authority = authority_.get();
    start(std::move(options));
  }
  TempDir dir_;
  std::unique_ptr<CertificateAuthority> authority_;
};

TEST_F(TlsTest, TlsAndPlainShareOnePort) {
  handler_.handle = [](Request request, Responder responder) {
    responder.send(Response(200, request.head.is_tls ? "secret" : "open"));
  };
  for (const char* name : {"b.s3.eu-west-1.amazonaws.com", "localhost"}) {
    RawClient raw(port());
    TlsClient client(raw, authority_->ca_path(), name);
    ASSERT_TRUE(client.ok()) << name;
    for (int i = 0; i < 2; ++i) {
      client.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
      EXPECT_TRUE(client.read_until("secret").ends_with("secret"));
    }
  }
  RawClient plain(port());
  plain.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(plain.read_body(), "open");
}

TEST_F(TlsTest, AClientWithoutANameGetsTheLocalCertificate) {
  RawClient raw(port());
  TlsClient client(raw, authority_->ca_path(), nullptr);
  ASSERT_TRUE(client.ok());
  X509* cert = SSL_get1_peer_certificate(client.ssl());
  EXPECT_EQ(X509_check_ip_asc(cert, "127.0.0.1", 0), 1);
  EXPECT_EQ(X509_check_host(cert, "localhost", 0, 0, nullptr), 1);
  X509_free(cert);
}

TEST_F(TlsTest, LargeBodiesGoBothWays) {
  handler_.plan = [](const RequestHead&) { return BodyPlan::buffer(8 << 20); };
  handler_.handle = [](Request request, Responder responder) {
    responder.send(Response(200, request.body + "!"));
  };
  RawClient raw(port());
  TlsClient client(raw, authority_->ca_path(), "localhost");
  ASSERT_TRUE(client.ok());
  std::string big(2 << 20, 'z');
  client.write("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(big.size()) +
               "\r\n\r\n");
  client.write(big);
  EXPECT_TRUE(client.read_until("z!").ends_with(big + "!"));
}

TEST_F(TlsTest, TheAuthorityIsKeptAndItsKeyIsPrivate) {
  struct stat info{};
  ASSERT_EQ(::stat((dir_.path() + "/tls/ca-key.pem").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  auto again = CertificateAuthority::open(dir_.path() + "/tls", system_clock());
  ASSERT_TRUE(again.ok());
  EXPECT_EQ((*again)->ca_pem(), authority_->ca_pem());
  std::ofstream(dir_.path() + "/tls/ca-key.pem") << "nonsense";
  EXPECT_FALSE(CertificateAuthority::open(dir_.path() + "/tls", system_clock()).ok());
}

TEST_F(TlsTest, ConnectToAnAwsNameIsATunnelToOurselves) {
  handler_.handle = [](Request request, Responder responder) {
    responder.send(
        Response(200, std::string(request.head.host) + (request.head.is_tls ? " tls" : "")));
  };
  RawClient raw(port());
  raw.write(
      "CONNECT sts.us-east-1.amazonaws.com:443 HTTP/1.1\r\nHost: "
      "sts.us-east-1.amazonaws.com:443\r\n\r\n");
  EXPECT_EQ(raw.read_until("\r\n\r\n"), "HTTP/1.1 200 Connection Established\r\n\r\n");
  TlsClient client(raw, authority_->ca_path(), "sts.us-east-1.amazonaws.com");
  ASSERT_TRUE(client.ok());
  client.write("GET / HTTP/1.1\r\nHost: sts.us-east-1.amazonaws.com\r\n\r\n");
  EXPECT_TRUE(client.read_until(" tls").ends_with("sts.us-east-1.amazonaws.com tls"));
}

TEST_F(TlsTest, ConnectElsewhereIsRefused) {
  for (const char* target : {"example.com:443", "amazonaws.com.evil.example:443", "127.0.0.1:22"}) {
    RawClient raw(port());
    raw.write(std::string("CONNECT ") + target + " HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(raw.read_all().starts_with("HTTP/1.1 403 Forbidden\r\n")) << target;
  }
}

TEST_F(TlsTest, GarbageAfterTheTlsByteEndsTheConnection) {
  RawClient raw(port());
  raw.write(std::string("\x16\x03\x01", 3) + std::string(600, '\xff'));
  raw.read_all();  // an alert, or nothing; then the end
}

}  // namespace
}  // namespace millrace::net
