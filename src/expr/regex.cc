#include "expr/regex.h"

#include <fmt/format.h>

#include <memory>
#include <string>

namespace millrace::expr {
namespace {

constexpr size_t kPatternBytesMax = 4096;
constexpr size_t kStatesMax = 8192;
constexpr int kRepeatMax = 256;
constexpr int kDepthMax = 64;

Error bad_pattern(std::string_view what) {
  return Error("BadRequestException", 400,
               fmt::format("Invalid regular expression specified: {}", what));
}

Regex::Bytes range_of(unsigned char first, unsigned char last) {
  Regex::Bytes bytes;
  for (int c = first; c <= last; ++c)
    bytes.set(static_cast<size_t>(c));
  return bytes;
}

// \d and its like; none for a letter that means something we do not have.
Result<Regex::Bytes> escaped(char c) {
  Regex::Bytes word =
      range_of('a', 'z') | range_of('A', 'Z') | range_of('0', '9') | range_of('_', '_');
  Regex::Bytes space;
  for (char blank : {' ', '\t', '\n', '\r', '\f', '\v'})
    space.set(static_cast<size_t>(blank));
  switch (c) {
    case 'd': return range_of('0', '9');
    case 'D': return ~range_of('0', '9');
    case 'w': return word;
    case 'W': return ~word;
    case 's': return space;
    case 'S': return ~space;
    case 't': return range_of('\t', '\t');
    case 'n': return range_of('\n', '\n');
    case 'r': return range_of('\r', '\r');
    default: break;
  }
  if (word.test(static_cast<unsigned char>(c)) && c != '_') {
    return bad_pattern(fmt::format("\\{} is not supported by Millrace", c));
  }
  return range_of(static_cast<unsigned char>(c), static_cast<unsigned char>(c));
}

}  // namespace

// Recursive descent to a tree, then Thompson's construction.
class RegexCompiler {
 public:
  explicit RegexCompiler(std::string_view pattern) : rest_(pattern) {}

  Result<Regex> compile() {
    if (rest_.size() > kPatternBytesMax) return bad_pattern("too long");
    if (rest_.starts_with('^')) rest_.remove_prefix(1);
    MR_ASSIGN(std::unique_ptr<Node> root, alternatives(0));
    if (!rest_.empty()) return bad_pattern("unmatched )");
    int32_t match = add_state({.kind = Regex::Kind::kMatch});
    MR_ASSIGN(regex_.start_, emit(*root, match));
    return std::move(regex_);
  }

 private:
  struct Node {
    enum Kind { kBytes, kSequence, kChoice, kRepeat } kind = kSequence;
    Regex::Bytes bytes;
    std::vector<std::unique_ptr<Node>> parts;
    int repeat_min = 0;
    int repeat_max = -1;  // -1: no end
  };
  using NodeResult = Result<std::unique_ptr<Node>>;

  static std::unique_ptr<Node> bytes_node(Regex::Bytes bytes) {
    auto node = std::make_unique<Node>();
    node->kind = Node::kBytes;
    node->bytes = bytes;
    return node;
  }

  NodeResult alternatives(int depth) {
    if (depth > kDepthMax) return bad_pattern("nested too deeply");
    auto choice = std::make_unique<Node>();
    choice->kind = Node::kChoice;
    while (true) {
      MR_ASSIGN(auto part, sequence(depth));
      choice->parts.push_back(std::move(part));
      if (!rest_.starts_with('|')) break;
      rest_.remove_prefix(1);
    }
    if (choice->parts.size() == 1) return std::move(choice->parts.front());
    return choice;
  }

  NodeResult sequence(int depth) {
    auto node = std::make_unique<Node>();
    while (!rest_.empty() && rest_[0] != '|' && rest_[0] != ')') {
      if (rest_ == "$") {
        rest_ = {};
        break;
      }
      MR_ASSIGN(auto part, atom(depth));
      MR_ASSIGN(part, repeated(std::move(part)));
      node->parts.push_back(std::move(part));
    }
    return node;
  }

  NodeResult atom(int depth) {
    char c = rest_[0];
    rest_.remove_prefix(1);
    switch (c) {
      case '(': return group(depth);
      case '[': return byte_class();
      case '.': return bytes_node(~(range_of('\n', '\n') | range_of('\r', '\r')));
      case '\\': {
        if (rest_.empty()) return bad_pattern("ends with a backslash");
        char letter = rest_[0];
        rest_.remove_prefix(1);
        MR_ASSIGN(Regex::Bytes bytes, escaped(letter));
        return bytes_node(bytes);
      }
      case '*':
      case '+':
      case '?':
      case '{': return bad_pattern("nothing to repeat");
      case '^':
      case '$': return bad_pattern("an anchor within the pattern is not supported by Millrace");
      default: {
        auto byte = static_cast<unsigned char>(c);
        return bytes_node(range_of(byte, byte));
      }
    }
  }

  NodeResult group(int depth) {
    if (rest_.starts_with("?:")) {
      rest_.remove_prefix(2);
    } else if (rest_.starts_with('?')) {
      return bad_pattern("(? is not supported by Millrace");
    }
    MR_ASSIGN(auto node, alternatives(depth + 1));
    if (!rest_.starts_with(')')) return bad_pattern("missing )");
    rest_.remove_prefix(1);
    return node;
  }

  NodeResult byte_class() {
    bool negated = rest_.starts_with('^');
    if (negated) rest_.remove_prefix(1);
    Regex::Bytes bytes;
    bool first = true;
    while (!rest_.empty() && (rest_[0] != ']' || first)) {
      first = false;
      auto low = static_cast<unsigned char>(rest_[0]);
      if (low == '[') return bad_pattern("a class within a class is not supported by Millrace");
      rest_.remove_prefix(1);
      if (low == '\\') {
        if (rest_.empty()) break;
        MR_ASSIGN(Regex::Bytes part, escaped(rest_[0]));
        bytes |= part;
        rest_.remove_prefix(1);
        continue;
      }
      if (rest_.size() >= 2 && rest_[0] == '-' && rest_[1] != ']') {
        auto high = static_cast<unsigned char>(rest_[1]);
        if (high == '\\' || high < low) return bad_pattern("malformed class");
        bytes |= range_of(low, high);
        rest_.remove_prefix(2);
      } else {
        bytes.set(low);
      }
    }
    if (rest_.empty()) return bad_pattern("missing ]");
    rest_.remove_prefix(1);
    return bytes_node(negated ? ~bytes : bytes);
  }

  NodeResult repeated(std::unique_ptr<Node> inner) {
    if (rest_.empty()) return inner;
    int low = 0;
    int high = -1;
    switch (rest_[0]) {
      case '*': break;
      case '+': low = 1; break;
      case '?': high = 1; break;
      case '{': {
        size_t end = rest_.find('}');
        if (end == std::string_view::npos || !counts(rest_.substr(1, end - 1), low, high)) {
          return bad_pattern("malformed repetition");
        }
        rest_.remove_prefix(end);
        break;
      }
      default: return inner;
    }
    rest_.remove_prefix(1);
    // Lazy and possessive repetition match the same whole texts, save for possessive: refuse that.
    if (rest_.starts_with('?'))
      rest_.remove_prefix(1);
    else if (rest_.starts_with('+'))
      return bad_pattern("possessive repetition is not supported");
    auto node = std::make_unique<Node>();
    node->kind = Node::kRepeat;
    node->repeat_min = low;
    node->repeat_max = high;
    node->parts.push_back(std::move(inner));
    return node;
  }

  static bool counts(std::string_view text, int& low, int& high) {
    size_t comma = text.find(',');
    auto number = [](std::string_view digits) {
      int value = 0;
      if (digits.empty() || digits.size() > 3) return -1;
      for (char c : digits) {
        if (c < '0' || c > '9') return -1;
        value = value * 10 + (c - '0');
      }
      return value <= kRepeatMax ? value : -1;
    };
    low = number(text.substr(0, comma));
    if (low < 0) return false;
    if (comma == std::string_view::npos) {
      high = low;
      return true;
    }
    if (comma + 1 == text.size()) {
      high = -1;
      return true;
    }
    high = number(text.substr(comma + 1));
    return high >= low;
  }

  int32_t add_state(Regex::State state) {
    regex_.states_.push_back(state);
    return static_cast<int32_t>(regex_.states_.size() - 1);
  }

  // Emits states for `node` that go on to `next`; gives where it starts.
  Result<int32_t> emit(const Node& node, int32_t next) {
    if (regex_.states_.size() > kStatesMax) return bad_pattern("too complex");
    switch (node.kind) {
      case Node::kBytes: {
        regex_.sets_.push_back(node.bytes);
        auto set = static_cast<uint32_t>(regex_.sets_.size() - 1);
        return add_state({.kind = Regex::Kind::kBytes, .set = set, .next = next});
      }
      case Node::kSequence: {
        for (auto part = node.parts.rbegin(); part != node.parts.rend(); ++part) {
          MR_ASSIGN(next, emit(**part, next));
        }
        return next;
      }
      case Node::kChoice: {
        MR_ASSIGN(int32_t start, emit(*node.parts[0], next));
        for (size_t i = 1; i < node.parts.size(); ++i) {
          MR_ASSIGN(int32_t other, emit(*node.parts[i], next));
          start = add_state({.kind = Regex::Kind::kSplit, .next = start, .other = other});
        }
        return start;
      }
      case Node::kRepeat: return emit_repeat(node, next);
    }
    return next;
  }

  Result<int32_t> emit_repeat(const Node& node, int32_t next) {
    const Node& inner = *node.parts[0];
    if (node.repeat_max < 0) {
      int32_t loop = add_state({.kind = Regex::Kind::kSplit, .other = next});
      MR_ASSIGN(int32_t body, emit(inner, loop));
      regex_.states_[static_cast<size_t>(loop)].next = body;
      next = loop;
    } else {
      for (int i = node.repeat_min; i < node.repeat_max; ++i) {
        MR_ASSIGN(int32_t body, emit(inner, next));
        next = add_state({.kind = Regex::Kind::kSplit, .next = body, .other = next});
      }
    }
    for (int i = 0; i < node.repeat_min; ++i) {
      MR_ASSIGN(next, emit(inner, next));
    }
    return next;
  }

  std::string_view rest_;
  Regex regex_;
};

Result<Regex> Regex::parse(std::string_view pattern) { return RegexCompiler(pattern).compile(); }

void Regex::add(std::vector<int32_t>& list, std::vector<uint32_t>& seen, uint32_t mark,
                int32_t state) const {
  std::vector<int32_t> pending = {state};
  while (!pending.empty()) {
    auto index = static_cast<size_t>(pending.back());
    pending.pop_back();
    if (seen[index] == mark) continue;
    seen[index] = mark;
    const State& here = states_[index];
    if (here.kind == Kind::kSplit) {
      pending.push_back(here.next);
      pending.push_back(here.other);
    } else {
      list.push_back(static_cast<int32_t>(index));
    }
  }
}

bool Regex::matches(std::string_view text) const {
  std::vector<uint32_t> seen(states_.size(), 0);
  std::vector<int32_t> current;
  std::vector<int32_t> following;
  uint32_t mark = 1;
  add(current, seen, mark, start_);
  for (char c : text) {
    following.clear();
    ++mark;
    for (int32_t state : current) {
      const State& here = states_[static_cast<size_t>(state)];
      if (here.kind == Kind::kBytes && sets_[here.set].test(static_cast<unsigned char>(c))) {
        add(following, seen, mark, here.next);
      }
    }
    current.swap(following);
    if (current.empty()) return false;
  }
  for (int32_t state : current) {
    if (states_[static_cast<size_t>(state)].kind == Kind::kMatch) return true;
  }
  return false;
}

}  // namespace millrace::expr
