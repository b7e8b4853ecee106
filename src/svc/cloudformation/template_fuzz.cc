// Templates: whatever the bytes, a Template or a ValidationError, never a crash; what parses is
// also resolved.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "svc/cloudformation/parameters.h"
#include "svc/cloudformation/resolver.h"

using namespace millrace;                  // NOLINT: a fuzz target
using namespace millrace::cloudformation;  // NOLINT

namespace {

class Source final : public ReferenceSource {
 public:
  Result<codec::Json> ref(const std::string& id) override { return codec::Json("ref-" + id); }
  Result<codec::Json> attribute(const Attribute& attribute) override {
    return codec::Json(attribute.logical_id + "." + attribute.name);
  }
  Result<std::string> import_value(const std::string& name) override { return name + "-value"; }
  Result<std::string> dynamic_reference(std::string_view reference) override {
    return std::string(reference);
  }
  std::string reachable_url(std::string url) override { return url + "/here"; }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto tmpl = Template::parse({reinterpret_cast<const char*>(data), size});
  if (!tmpl.ok()) {
    CHECK(tmpl.error().code() == "ValidationError" && tmpl.error().http_status() == 400);
    return 0;
  }
  CHECK(tmpl->in_order().size() == tmpl->resources.size());
  Environment environment{.account = "123456789012",
                          .region = "us-east-1",
                          .stack_id = "arn:aws:cloudformation:us-east-1:123456789012:stack/s/1",
                          .stack_name = "s"};
  auto read_ssm = [](const std::string& name) -> Result<std::string> { return name; };
  auto values = decide_parameters(*tmpl, {{}, {}, read_ssm});
  if (!values.ok()) return 0;
  for (const ParameterDeclaration& declaration : tmpl->parameters) {
    environment.parameters[declaration.name] = ref_value(declaration, values->at(declaration.name));
  }
  Source source;
  Resolver resolver(*tmpl, environment, source);
  if (!resolver.evaluate_conditions().ok()) return 0;
  (void)resolver.check_rules();
  for (const ResourceDeclaration* resource : tmpl->in_order())
    (void)resolver.resolve_properties(resource->properties);
  for (const OutputDeclaration& output : tmpl->outputs)
    (void)resolver.resolve_output(output.value);
  return 0;
}
