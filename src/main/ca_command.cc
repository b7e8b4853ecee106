// `millrace ca`: prints the certificate that clients must trust to reach the server by TLS.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "base/clock.h"
#include "main/commands.h"
#include "net/certificate_authority.h"

namespace millrace {

void add_ca_command(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("ca", "Print the CA certificate, or where it is");
  command->footer(
      "Clients trust it through their own setting:\n"
      "  millrace ca > ca.pem\n"
      "  NODE_EXTRA_CA_CERTS=ca.pem   Node     AWS_CA_BUNDLE=ca.pem   AWS CLI, boto3\n"
      "  SSL_CERT_FILE=ca.pem         Go, OpenSSL\n"
      "An AWS SDK that knows no endpoint setting is led here as through a proxy:\n"
      "  HTTPS_PROXY=http://127.0.0.1:4566 NODE_EXTRA_CA_CERTS=ca.pem serverless deploy");
  auto data = std::make_shared<std::string>("millrace-data");
  auto path_only = std::make_shared<bool>(false);
  command->add_option("--data", *data, "The server's data folder")->envname("MILLRACE_DATA");
  command->add_flag("--path", *path_only, "Print the file's path instead of its content");
  command->callback([data, path_only, &exit_code] {
    auto authority = net::CertificateAuthority::open(*data + "/tls", system_clock());
    if (!authority.ok()) {
      fmt::print(stderr, "millrace ca: {}\n", authority.error().message());
      exit_code = 1;
      return;
    }
    fmt::print("{}", *path_only ? (*authority)->ca_path() + "\n" : (*authority)->ca_pem());
  });
}

}  // namespace millrace
