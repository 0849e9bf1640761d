package org.harmonykb.answering;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Cuts text into sentences; a citation after the full stop belongs to the sentence before. */
public final class Sentences {

  private static final Pattern END =
      Pattern.compile("(?:[.!?]+[\"'”’)]*(?=\\s|$|\\[)|[。！？；]+[”’」』）)]*)(?:\\s*\\[\\d+])*|\\n+");

  /** What ends with a full stop and goes on. */
  private static final Pattern ABBREVIATION =
      Pattern.compile(
          "(?:^|[\\s(])(?:\\p{Lu}|(?i:Mr|Mrs|Ms|Dr|Prof|St|No|Nos|Art|Sec|Fig|vs|cf|ca|approx|e\\.g|i\\.e|Inc|Ltd|Co|Corp|Jr|Sr|Mt|Gen|Lt|Col|Sgt|(?:\\p{L}\\.)+\\p{L}))\\.$");

  private Sentences() {}

  /**
   * A sentence of a passage.
   *
   * @param text as it is quoted; a table's row carries its headers
   * @param start where it stands in the passage
   * @param end the place behind it
   */
  public record Piece(String text, int start, int end) {}

  public static List<String> of(String text) {
    return in(text, 0).stream().map(Piece::text).toList();
  }

  /** The sentences of a text that begins at some place of a longer one. */
  static List<Piece> in(String text, int at) {
    List<Piece> sentences = new ArrayList<>();
    Matcher end = END.matcher(text);
    int from = 0;
    while (end.find()) {
      if (!goesOn(text, from, end)) {
        add(text, from, end.end(), at, sentences);
        from = end.end();
      }
    }
    add(text, from, text.length(), at, sentences);
    return sentences;
  }

  /** A full stop of an abbreviation or a number, or an end with a small letter after it. */
  private static boolean goesOn(String text, int from, Matcher end) {
    if (".!?".indexOf(end.group().charAt(0)) < 0) {
      return false;
    }
    int next = end.end();
    while (next < text.length() && text.charAt(next) == ' ') {
      next++;
    }
    if (next == text.length()) {
      return false;
    }
    boolean isNumbersOwn =
        Character.isDigit(text.charAt(next))
            && end.start() > 0
            && !Character.isLetterOrDigit(text.codePointBefore(end.start()));
    return Character.isLowerCase(text.charAt(next))
        || isNumbersOwn
        || end.group().startsWith(".")
            && ABBREVIATION
                .matcher(text.substring(Math.max(from, end.start() - 12), end.start() + 1))
                .find();
  }

  /**
   * The sentences of a passage. A table's rows are sentences that carry their headers, {@code
   * Country: Germany; Limit: 130 euros}, since a row alone says nothing.
   */
  static List<Piece> ofPassage(String text) {
    List<Piece> sentences = new ArrayList<>();
    List<String> header = List.of();
    int prose = 0; // where the prose before the current line begins
    for (int start = 0; start <= text.length(); ) {
      int newline = text.indexOf('\n', start);
      int end = newline < 0 ? text.length() : newline;
      String stripped = text.substring(start, end).strip();
      if (stripped.startsWith("|")) {
        sentences.addAll(in(text.substring(prose, start), prose));
        prose = Math.min(text.length(), end + 1);
        List<String> cells = cells(stripped);
        if (header.isEmpty()) {
          header = cells;
        } else if (!cells.stream().allMatch(cell -> cell.matches(":?-*:?"))) {
          int from = text.indexOf(stripped, start);
          sentences.add(new Piece(row(header, cells), from, from + stripped.length()));
        }
      } else {
        header = List.of();
      }
      start = end + 1;
    }
    sentences.addAll(in(text.substring(prose), prose));
    return sentences;
  }

  private static List<String> cells(String row) {
    String inner =
        row.substring(1, row.endsWith("|") && row.length() > 1 ? row.length() - 1 : row.length());
    List<String> cells = new ArrayList<>();
    for (String cell : inner.split("(?<!\\\\)\\|", -1)) {
      cells.add(cell.strip());
    }
    return cells;
  }

  private static String row(List<String> header, List<String> cells) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < cells.size(); i++) {
      if (!cells.get(i).isEmpty()) {
        String name = i < header.size() ? header.get(i) : "";
        text.append(text.isEmpty() ? "" : "; ")
            .append(name.isEmpty() ? "" : name + ": ")
            .append(cells.get(i));
      }
    }
    return text.toString();
  }

  /** Whether a Chinese full stop ends a text, after which no space comes. */
  static boolean endsChinese(CharSequence text) {
    return !text.isEmpty() && "。！？；」』”".indexOf(text.charAt(text.length() - 1)) >= 0;
  }

  private static void add(String text, int from, int end, int at, List<Piece> sentences) {
    int start = from;
    int last = end;
    while (start < last && Character.isWhitespace(text.charAt(start))) {
      start++;
    }
    while (last > start && Character.isWhitespace(text.charAt(last - 1))) {
      last--;
    }
    if (last > start) {
      sentences.add(new Piece(text.substring(start, last), at + start, at + last));
    }
  }
}
