#include "net/certificate_authority.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <ifaddrs.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <sstream>
#include <unordered_map>

#include "base/encoding.h"
#include "base/random.h"

namespace millrace::net {
namespace {

constexpr size_t kLeavesMax = 1024;  // cached; a client can ask for any name
constexpr int64_t kCaDays = 3650;
constexpr int64_t kLeafDays = 398;  // clients refuse longer ones
constexpr size_t kNameBytesMax = 253;

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* p) const {
    Free(p);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using Bio = std::unique_ptr<BIO, Freer<BIO_free>>;

Error tls_error(std::string_view what) {
  char reason[256] = "unknown";
  if (unsigned long code = ERR_get_error()) ERR_error_string_n(code, reason, sizeof reason);
  ERR_clear_error();
  return Error::internal(fmt::format("{}: {}", what, reason));
}

std::string to_text(BIO* bio) {
  char* data = nullptr;
  long size = BIO_get_mem_data(bio, &data);
  return std::string(data, static_cast<size_t>(size));
}

Status write_file(const std::string& path, std::string_view text, mode_t mode) {
  // Written aside and renamed, so that a crash leaves no half of a key.
  std::string aside = path + ".new";
  int fd = ::open(aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  bool ok = fd >= 0 && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
            ::fsync(fd) == 0;
  if (fd >= 0) ::close(fd);
  if (!ok || ::rename(aside.c_str(), path.c_str()) != 0) {
    return Error::internal(fmt::format("cannot write {}: {}", path, strerror(errno)));
  }
  return ok_status();
}

void set_name(X509* cert, const char* common_name) {
  X509_NAME* name = X509_get_subject_name(cert);
  auto add = [&](const char* field, const char* value) {
    X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(value), -1, -1, 0);
  };
  add("O", "Millrace");
  add("CN", common_name);
}

void add_extension(X509* cert, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, cert, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value);
  if (extension == nullptr) return;
  X509_add_ext(cert, extension, -1);
  X509_EXTENSION_free(extension);
}

// An unsigned certificate with a random serial, valid from a day ago (clocks differ).
Certificate new_certificate(Instant now, int64_t days, EVP_PKEY* key, const char* common_name) {
  Certificate cert(X509_new());
  X509_set_version(cert.get(), 2);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(cert.get()), thread_rng().next() >> 1 | 1);
  ASN1_TIME_set(X509_getm_notBefore(cert.get()), now.seconds() - 86'400);
  ASN1_TIME_set(X509_getm_notAfter(cert.get()), now.seconds() + days * 86'400);
  X509_set_pubkey(cert.get(), key);
  set_name(cert.get(), common_name);
  return cert;
}

bool is_ip(const std::string& name) {
  unsigned char buffer[16];
  return inet_pton(AF_INET, name.c_str(), buffer) == 1 ||
         inet_pton(AF_INET6, name.c_str(), buffer) == 1;
}

// What a client that sends no name may have dialled: this machine.
std::string local_names() {
  std::string names = "DNS:localhost,IP:127.0.0.1,IP:::1";
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return names;
  for (ifaddrs* i = list; i != nullptr; i = i->ifa_next) {
    if (i->ifa_addr == nullptr) continue;
    char text[INET6_ADDRSTRLEN] = "";
    if (i->ifa_addr->sa_family == AF_INET) {
      auto* in = reinterpret_cast<sockaddr_in*>(i->ifa_addr);
      inet_ntop(AF_INET, &in->sin_addr, text, sizeof text);
    } else if (i->ifa_addr->sa_family == AF_INET6) {
      auto* in = reinterpret_cast<sockaddr_in6*>(i->ifa_addr);
      inet_ntop(AF_INET6, &in->sin6_addr, text, sizeof text);
    }
    if (*text != 0) names += fmt::format(",IP:{}", text);
  }
  freeifaddrs(list);
  return names;
}

// A host name as DNS and certificates have it; anything else is not put into a certificate.
bool is_host_name(std::string_view name) {
  if (name.empty() || name.size() > kNameBytesMax) return false;
  for (char c : name) {
    bool ok = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
    if (!ok) return false;
  }
  return true;
}

}  // namespace

struct CertificateAuthority::Impl {
  explicit Impl(const Clock& c) : clock(c) {}
  ~Impl() { SSL_CTX_free(context); }

  Status load();
  Status create();
  Status make_context();
  // The cached or newly signed certificate for `name`; empty: for this machine.
  Certificate leaf(const std::string& name);
  static int choose_certificate(SSL* ssl, void* self);

  const Clock& clock;
  std::string certificate_path;
  std::string key_path;
  std::string pem;
  Key ca_key;
  Certificate ca;
  Key leaf_key;
  SSL_CTX* context = nullptr;
  std::mutex mutex;
  struct Leaf {
    Certificate cert;
    int64_t renew_seconds;
  };
  std::unordered_map<std::string, Leaf> leaves;
};

Status CertificateAuthority::Impl::create() {
  ca_key.reset(EVP_EC_gen("P-256"));
  if (ca_key == nullptr) return tls_error("cannot make a CA key");
  ca = new_certificate(clock.now(), kCaDays, ca_key.get(), "Millrace local CA");
  X509_set_issuer_name(ca.get(), X509_get_subject_name(ca.get()));
  add_extension(ca.get(), ca.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
  add_extension(ca.get(), ca.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
  add_extension(ca.get(), ca.get(), NID_subject_key_identifier, "hash");
  if (X509_sign(ca.get(), ca_key.get(), EVP_sha256()) == 0) return tls_error("cannot sign the CA");
  Bio key_bio(BIO_new(BIO_s_mem()));
  Bio cert_bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PKCS8PrivateKey(key_bio.get(), ca_key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  PEM_write_bio_X509(cert_bio.get(), ca.get());
  pem = to_text(cert_bio.get());
  MR_TRY(write_file(key_path, to_text(key_bio.get()), 0600));
  return write_file(certificate_path, pem, 0644);
}

Status CertificateAuthority::Impl::load() {
  auto read = [](const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  };
  pem = read(certificate_path);
  std::string key_text = read(key_path);
  Bio cert_bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  Bio key_bio(BIO_new_mem_buf(key_text.data(), static_cast<int>(key_text.size())));
  ca.reset(PEM_read_bio_X509(cert_bio.get(), nullptr, nullptr, nullptr));
  ca_key.reset(PEM_read_bio_PrivateKey(key_bio.get(), nullptr, nullptr, nullptr));
  if (ca == nullptr || ca_key == nullptr || X509_check_private_key(ca.get(), ca_key.get()) != 1) {
    ERR_clear_error();
    return Error::internal(
        fmt::format("{} and {} are not a certificate and its key", certificate_path, key_path));
  }
  return ok_status();
}

Certificate CertificateAuthority::Impl::leaf(const std::string& name) {
  std::lock_guard lock(mutex);
  int64_t now = clock.now().seconds();
  auto found = leaves.find(name);
  if (found != leaves.end() && now < found->second.renew_seconds) {
    X509_up_ref(found->second.cert.get());
    return Certificate(found->second.cert.get());
  }
  // Names over 64 bytes do not fit into a common name; the alternative name is what counts.
  std::string common_name = name.empty() || name.size() > 64 ? "millrace" : name;
  std::string names = name.empty() ? local_names() : (is_ip(name) ? "IP:" : "DNS:") + name;
  Certificate cert = new_certificate(clock.now(), kLeafDays, leaf_key.get(), common_name.c_str());
  X509_set_issuer_name(cert.get(), X509_get_subject_name(ca.get()));
  add_extension(cert.get(), ca.get(), NID_basic_constraints, "critical,CA:FALSE");
  add_extension(cert.get(), ca.get(), NID_key_usage, "critical,digitalSignature");
  add_extension(cert.get(), ca.get(), NID_ext_key_usage, "serverAuth");
  add_extension(cert.get(), ca.get(), NID_subject_alt_name, names.c_str());
  add_extension(cert.get(), ca.get(), NID_authority_key_identifier, "keyid");
  if (X509_sign(cert.get(), ca_key.get(), EVP_sha256()) == 0) return nullptr;
  if (leaves.size() >= kLeavesMax) leaves.erase(leaves.begin());
  X509_up_ref(cert.get());
  leaves[name] = Leaf{Certificate(cert.get()), now + (kLeafDays - 30) * 86'400};
  return cert;
}

int CertificateAuthority::Impl::choose_certificate(SSL* ssl, void* self) {
  auto* impl = static_cast<Impl*>(self);
  const char* sent = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  std::string name = sent == nullptr ? "" : ascii_lower(sent);
  if (name.ends_with('.')) name.pop_back();
  if (!name.empty() && !is_host_name(name)) return 0;
  Certificate cert = impl->leaf(name);
  if (cert == nullptr || SSL_use_certificate(ssl, cert.get()) != 1 ||
      SSL_use_PrivateKey(ssl, impl->leaf_key.get()) != 1) {
    ERR_clear_error();
    return 0;
  }
  return 1;
}

Status CertificateAuthority::Impl::make_context() {
  leaf_key.reset(EVP_EC_gen("P-256"));
  context = SSL_CTX_new(TLS_server_method());
  if (leaf_key == nullptr || context == nullptr) return tls_error("cannot set up TLS");
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_cert_cb(context, choose_certificate, this);
  auto choose_protocol = [](SSL*, const unsigned char** out, unsigned char* out_size,
                            const unsigned char* in, unsigned in_size, void*) -> int {
    static constexpr unsigned char kHttp11[] = "\x08http/1.1";
    int found = SSL_select_next_proto(const_cast<unsigned char**>(out), out_size, kHttp11,
                                      sizeof kHttp11 - 1, in, in_size);
    return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
  };
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  return ok_status();
}

CertificateAuthority::CertificateAuthority() = default;
CertificateAuthority::~CertificateAuthority() = default;

Result<std::unique_ptr<CertificateAuthority>> CertificateAuthority::open(const std::string& dir,
                                                                         const Clock& clock) {
  std::error_code ec;
  std::filesystem::create_directories(dir, ec);
  if (ec) return Error::internal(fmt::format("cannot make {}: {}", dir, ec.message()));
  std::unique_ptr<CertificateAuthority> authority(new CertificateAuthority());
  authority->impl_ = std::make_unique<Impl>(clock);
  Impl& impl = *authority->impl_;
  impl.certificate_path = dir + "/ca.pem";
  impl.key_path = dir + "/ca-key.pem";
  bool exists =
      std::filesystem::exists(impl.certificate_path) && std::filesystem::exists(impl.key_path);
  MR_TRY(exists ? impl.load() : impl.create());
  MR_TRY(impl.make_context());
  return authority;
}

std::string CertificateAuthority::ca_pem() const { return impl_->pem; }
std::string CertificateAuthority::ca_path() const { return impl_->certificate_path; }
SSL_CTX* CertificateAuthority::server_context() { return impl_->context; }

}  // namespace millrace::net
