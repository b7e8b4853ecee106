// CertificateAuthority: the installation's own CA, made at first start, and the certificates it
// signs for whatever name a TLS client asks for. ECDSA P-256; one leaf key a process; leaves are
// cached.
//
// The key file is readable by its owner alone. Clients trust `ca.pem` (NODE_EXTRA_CA_CERTS,
// AWS_CA_BUNDLE, SSL_CERT_FILE).
// Thread safety: all methods from any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

typedef struct ssl_ctx_st SSL_CTX;

namespace millrace::net {

class CertificateAuthority {
 public:
  // Loads DIR/ca.pem and DIR/ca-key.pem, or makes them (and DIR). Dates come from `clock`.
  static Result<std::unique_ptr<CertificateAuthority>> open(const std::string& dir,
                                                            const Clock& clock);
  ~CertificateAuthority();

  std::string ca_pem() const;   // the certificate, to hand to clients
  std::string ca_path() const;  // DIR/ca.pem

  // A server context that presents a certificate for the name in the client's hello, or for the
  // local address when there is none. Shared by all connections.
  SSL_CTX* server_context();

 private:
  CertificateAuthority();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace millrace::net
