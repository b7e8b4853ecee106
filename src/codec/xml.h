// XML: reading is pugixml's, behind bounds; writing is ours. A DTD is refused; no entities but
// the predefined ones, no namespaces processing (names keep their prefix; local_name() strips it).
//
// Thread safety: free-threaded functions; a writer belongs to one thread.
#pragma once

#include <pugixml.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace millrace::codec {

struct XmlLimits {
  size_t bytes_max = 8u << 20;
  int depth_max = 64;
};

// A parsed document. Nodes borrow from it.
class XmlDocument {
 public:
  // Errors: MalformedXML, 400 (S3's code; other services' callers map it).
  static Result<XmlDocument> parse(std::string_view text, XmlLimits limits = {});
  pugi::xml_node root() const { return document_->document_element(); }

 private:
  std::unique_ptr<pugi::xml_document> document_;
};

// The name behind the prefix: "xsi:type" -> "type".
std::string_view local_name(std::string_view name);
// First child element whose local name is `name`; a null node where there is none.
pugi::xml_node find_child(pugi::xml_node parent, std::string_view name);
// The character data directly inside an element.
std::string text_of(pugi::xml_node element);

// Appends `text` with the characters escaped that XML does not take. Control characters that
// XML 1.0 cannot carry are written as character references, as S3 writes them in keys.
void append_xml_escaped(std::string& out, std::string_view text);

// Writes elements into a string, without white space.
//   XmlWriter xml(out);
//   xml.open("Error"); xml.element("Code", "NoSuchKey"); xml.close();
class XmlWriter {
 public:
  explicit XmlWriter(std::string& out) : out_(out) {}

  void declaration();  // <?xml version="1.0" encoding="UTF-8"?>
  void open(std::string_view name);
  // Adds an attribute to the element just opened. REQUIRES: nothing written since open().
  void attribute(std::string_view name, std::string_view value);
  void text(std::string_view text);
  void close();
  void element(std::string_view name, std::string_view text);

 private:
  void end_tag();  // finishes the start tag that is still open

  std::string& out_;
  std::vector<std::string> names_;
  bool in_start_tag_ = false;
};

}  // namespace millrace::codec
