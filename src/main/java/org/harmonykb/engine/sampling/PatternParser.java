package org.harmonykb.engine.sampling;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads the regular expressions of JSON Schema, as far as they are regular: characters, classes,
 * groups, alternatives, repetition and anchors at the ends. Without an anchor anything may stand
 * before and after.
 */
final class PatternParser {

  private static final int MAX_PLACES = 5000;
  private static final int LAST = 0x10ffff;

  /**
   * From one place to another by a code point of some ranges.
   *
   * @param ranges pairs of first and last; none: by nothing
   * @param cost bytes of JSON that it takes at least
   */
  record Edge(int from, int to, int[] ranges, int cost) {

    boolean isEmpty() {
      return ranges.length == 0;
    }

    boolean holds(int low, int high) {
      for (int i = 0; i < ranges.length; i += 2) {
        if (ranges[i] <= high && ranges[i + 1] >= low) {
          return true;
        }
      }
      return false;
    }
  }

  /** Places and the ways between them. */
  record Automaton(int size, int start, int end, List<Edge> edges, List<List<Edge>> byPlace) {

    List<Edge> from(int place) {
      return byPlace.get(place);
    }
  }

  private record Piece(int start, int end) {}

  private final String text;
  private final List<Edge> edges = new ArrayList<>();
  private int at;
  private int places;

  private PatternParser(String text) {
    this.text = text;
  }

  static Automaton parse(String expression) {
    return new PatternParser(expression).read();
  }

  private Automaton read() {
    int start = place();
    int end = place();
    List<Piece> branches = new ArrayList<>();
    do {
      branches.add(topLevelBranch());
    } while (skip('|'));
    if (at < text.length()) {
      throw refused("')' without '('");
    }
    for (Piece branch : branches) {
      empty(start, branch.start);
      empty(branch.end, end);
    }
    List<List<Edge>> byPlace = new ArrayList<>();
    for (int i = 0; i < places; i++) {
      byPlace.add(new ArrayList<>());
    }
    edges.forEach(edge -> byPlace.get(edge.from).add(edge));
    return new Automaton(places, start, end, edges, byPlace);
  }

  private Piece topLevelBranch() {
    boolean isAnchored = skip('^');
    Piece content = sequence();
    int end = content.end;
    if (!skip('$')) {
      end = place();
      empty(content.end, end);
      edge(end, end, new int[] {0, LAST});
    }
    int start = place();
    empty(start, content.start);
    if (!isAnchored) {
      edge(start, start, new int[] {0, LAST});
    }
    return new Piece(start, end);
  }

  private Piece alternatives() {
    int start = place();
    int end = place();
    do {
      Piece branch = sequence();
      empty(start, branch.start);
      empty(branch.end, end);
    } while (skip('|'));
    return new Piece(start, end);
  }

  private Piece sequence() {
    int start = place();
    int end = start;
    while (at < text.length() && "|)".indexOf(text.charAt(at)) < 0) {
      if (text.charAt(at) == '$' && (at + 1 == text.length() || text.charAt(at + 1) == '|')) {
        break;
      }
      Piece next = repeated();
      empty(end, next.start);
      end = next.end;
    }
    return new Piece(start, end);
  }

  private Piece repeated() {
    int began = at;
    Piece piece = atom();
    while (at < text.length()) {
      int atomEnd = at;
      int min;
      int max;
      if (skip('*')) {
        min = 0;
        max = -1;
      } else if (skip('+')) {
        min = 1;
        max = -1;
      } else if (skip('?')) {
        min = 0;
        max = 1;
      } else if (text.charAt(at) == '{'
          && text.substring(at).matches("(?s)\\{\\d{1,4}(,\\d{0,4})?}.*")) {
        int close = text.indexOf('}', at);
        String[] bounds = text.substring(at + 1, close).split(",", -1);
        min = Integer.parseInt(bounds[0]);
        max = bounds.length == 1 ? min : bounds[1].isEmpty() ? -1 : Integer.parseInt(bounds[1]);
        at = close + 1;
      } else {
        break;
      }
      skip('?');
      if (max >= 0 && max < min) {
        throw refused("a repetition whose ends are swapped");
      }
      piece = repeat(piece, began, atomEnd, min, max);
    }
    return piece;
  }

  /** Copies an atom, by reading it again, as often as it may come. */
  private Piece repeat(Piece first, int began, int atomEnd, int min, int max) {
    int after = at;
    int start = place();
    int end = place();
    int here = start;
    int copies = Math.max(max < 0 ? min : max, 1);
    for (int i = 0; i < copies; i++) {
      Piece copy = i == 0 ? first : again(began, atomEnd);
      if (i >= min) {
        empty(here, end);
      }
      empty(here, copy.start);
      here = copy.end;
      if (i == copies - 1 && max < 0) {
        empty(copy.end, copy.start);
      }
    }
    if (max == 0) {
      here = start;
    }
    empty(here, end);
    at = after;
    return new Piece(start, end);
  }

  private Piece again(int began, int atomEnd) {
    at = began;
    Piece piece = atom();
    while (at < atomEnd) {
      throw refused("a repetition of a repetition");
    }
    return piece;
  }

  private Piece atom() {
    char c = text.charAt(at);
    switch (c) {
      case '(' -> {
        at++;
        if (text.startsWith("?", at)) {
          if (text.startsWith("?:", at)) {
            at += 2;
          } else if (text.startsWith("?<", at)
              && !text.startsWith("?<=", at)
              && !text.startsWith("?<!", at)) {
            at = text.indexOf('>', at) + 1;
          } else {
            throw refused("a look-around group");
          }
        }
        Piece group = alternatives();
        if (!skip(')')) {
          throw refused("'(' without ')'");
        }
        return group;
      }
      case '[' -> {
        at++;
        return one(characterClass().ranges());
      }
      case '.' -> {
        at++;
        return one(CodePointSet.of('\n', '\n').with('\r', '\r').complement().ranges());
      }
      case '\\' -> {
        at++;
        return one(escape().ranges());
      }
      case '^', '$' -> throw refused("an anchor within the expression");
      case '*', '+', '?' -> throw refused("'" + c + "' after nothing");
      default -> {
        int codePoint = text.codePointAt(at);
        at += Character.charCount(codePoint);
        return one(new int[] {codePoint, codePoint});
      }
    }
  }

  private CodePointSet characterClass() {
    boolean isNegated = skip('^');
    CodePointSet set = CodePointSet.NONE;
    while (at < text.length() && text.charAt(at) != ']') {
      CodePointSet member = member();
      if (member.isSingle() && text.startsWith("-", at) && !text.startsWith("-]", at)) {
        at++;
        CodePointSet last = member();
        if (!last.isSingle() || last.first() < member.first()) {
          throw refused("a class with a bad range");
        }
        set = set.with(member.first(), last.first());
      } else {
        set = set.with(member);
      }
    }
    if (!skip(']')) {
      throw refused("'[' without ']'");
    }
    return isNegated ? set.complement() : set;
  }

  private CodePointSet member() {
    if (at >= text.length()) {
      throw refused("'[' without ']'");
    }
    if (skip('\\')) {
      return escape();
    }
    int codePoint = text.codePointAt(at);
    at += Character.charCount(codePoint);
    return CodePointSet.of(codePoint, codePoint);
  }

  private CodePointSet escape() {
    if (at >= text.length()) {
      throw refused("a backslash at the end");
    }
    char c = text.charAt(at++);
    return switch (c) {
      case 'd' -> CodePointSet.DIGITS;
      case 'D' -> CodePointSet.DIGITS.complement();
      case 'w' -> CodePointSet.WORD;
      case 'W' -> CodePointSet.WORD.complement();
      case 's' -> CodePointSet.SPACE;
      case 'S' -> CodePointSet.SPACE.complement();
      case 't' -> CodePointSet.of('\t', '\t');
      case 'n' -> CodePointSet.of('\n', '\n');
      case 'r' -> CodePointSet.of('\r', '\r');
      case 'f' -> CodePointSet.of('\f', '\f');
      case 'u', 'x' -> {
        int digits = c == 'u' ? 4 : 2;
        String hex = text.substring(at, Math.min(text.length(), at + digits));
        if (!hex.matches("[0-9a-fA-F]{" + digits + "}")) {
          throw refused("\\" + c + " without its digits");
        }
        at += digits;
        int value = Integer.parseInt(hex, 16);
        yield CodePointSet.of(value, value);
      }
      default -> {
        if (Character.isLetterOrDigit(c)) {
          throw refused("\\" + c);
        }
        yield CodePointSet.of(c, c);
      }
    };
  }

  private Piece one(int[] ranges) {
    int start = place();
    int end = place();
    edge(start, end, ranges);
    return new Piece(start, end);
  }

  private void edge(int from, int to, int[] ranges) {
    if (ranges.length > 0) {
      edges.add(new Edge(from, to, ranges, CodePointSet.bytesInJson(ranges)));
    }
  }

  private void empty(int from, int to) {
    edges.add(new Edge(from, to, new int[0], 0));
  }

  private int place() {
    if (places >= MAX_PLACES) {
      throw refused("too many parts");
    }
    return places++;
  }

  private boolean skip(char c) {
    if (at < text.length() && text.charAt(at) == c) {
      at++;
      return true;
    }
    return false;
  }

  private SchemaException refused(String what) {
    return new SchemaException(
        "The pattern " + text + " cannot be followed: it has " + what + " near character " + at);
  }
}
