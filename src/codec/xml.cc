#include "codec/xml.h"

#include <fmt/format.h>

namespace millrace::codec {
namespace {

Error malformed() {
  return Error("MalformedXML", 400,
               "The XML you provided was not well-formed or did not validate against our published "
               "schema");
}

// Skips past `end`; npos where it does not come.
size_t skip_past(std::string_view text, size_t from, std::string_view end) {
  const size_t found = text.find(end, from);
  return found == std::string_view::npos ? found : found + end.size();
}

// Nesting of elements, counted before the parser sees the text.
bool is_deeper_than(std::string_view text, int depth_max) {
  int depth = 0;
  size_t i = 0;
  while ((i = text.find('<', i)) != std::string_view::npos) {
    if (text.substr(i, 4) == "<!--") {
      i = skip_past(text, i, "-->");
    } else if (text.substr(i, 9) == "<![CDATA[") {
      i = skip_past(text, i, "]]>");
    } else if (text.substr(i, 2) == "</") {
      --depth;
      ++i;
    } else {
      const bool is_element = i + 1 < text.size() && text[i + 1] != '?' && text[i + 1] != '!';
      const size_t end = text.find('>', i);
      if (end == std::string_view::npos) return false;  // the parser will refuse it
      if (is_element && text[end - 1] != '/' && ++depth > depth_max) return true;
      i = end;
    }
    if (i == std::string_view::npos) return false;
  }
  return false;
}

// "&#0;", which no XML may hold and pugixml takes for an end of text.
bool has_nul_reference(std::string_view text) {
  for (size_t at = text.find("&#"); at != text.npos; at = text.find("&#", at + 2)) {
    size_t digit = at + 2;
    if (digit < text.size() && text[digit] == 'x') ++digit;
    const size_t end = text.find_first_not_of('0', digit);
    if (end != text.npos && end > digit && text[end] == ';') return true;
  }
  return false;
}

}  // namespace

Result<XmlDocument> XmlDocument::parse(std::string_view text, XmlLimits limits) {
  if (text.size() > limits.bytes_max || is_deeper_than(text, limits.depth_max) ||
      has_nul_reference(text)) {
    return malformed();
  }
  XmlDocument out;
  out.document_ = std::make_unique<pugi::xml_document>();
  const unsigned options = pugi::parse_cdata | pugi::parse_escapes | pugi::parse_eol |
                           pugi::parse_wconv_attribute | pugi::parse_ws_pcdata_single |
                           pugi::parse_doctype;
  const auto parsed =
      out.document_->load_buffer(text.data(), text.size(), options, pugi::encoding_utf8);
  if (!parsed || !out.root()) return malformed();
  for (pugi::xml_node child : out.document_->children()) {
    if (child.type() == pugi::node_doctype) return malformed();
  }
  return out;
}

std::string_view local_name(std::string_view name) {
  const size_t colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

pugi::xml_node find_child(pugi::xml_node parent, std::string_view name) {
  for (pugi::xml_node child : parent.children()) {
    if (child.type() == pugi::node_element && local_name(child.name()) == name) return child;
  }
  return {};
}

std::string text_of(pugi::xml_node element) {
  std::string out;
  for (pugi::xml_node child : element.children()) {
    if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) out += child.value();
  }
  return out;
}

void append_xml_escaped(std::string& out, std::string_view text) {
  for (char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\r': out += "&#13;"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') {
          fmt::format_to(std::back_inserter(out), "&#x{:x};", static_cast<unsigned>(c));
        } else {
          out += c;
        }
    }
  }
}

void XmlWriter::declaration() { out_ += "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"; }

void XmlWriter::end_tag() {
  if (in_start_tag_) out_ += '>';
  in_start_tag_ = false;
}

void XmlWriter::open(std::string_view name) {
  end_tag();
  out_ += '<';
  out_ += name;
  names_.emplace_back(name);
  in_start_tag_ = true;
}

void XmlWriter::attribute(std::string_view name, std::string_view value) {
  CHECK(in_start_tag_);
  out_ += ' ';
  out_ += name;
  out_ += "=\"";
  append_xml_escaped(out_, value);
  out_ += '"';
}

void XmlWriter::text(std::string_view text) {
  end_tag();
  append_xml_escaped(out_, text);
}

void XmlWriter::close() {
  CHECK(!names_.empty());
  if (in_start_tag_) {
    out_ += "/>";
    in_start_tag_ = false;
  } else {
    out_ += "</";
    out_ += names_.back();
    out_ += '>';
  }
  names_.pop_back();
}

void XmlWriter::element(std::string_view name, std::string_view content) {
  open(name);
  text(content);
  close();
}

}  // namespace millrace::codec
