package org.harmonykb.ingestion;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes cells that nobody sees out of the XML of an XLSX: hidden sheets, hidden rows and columns,
 * and white text on no fill. Rows that a filter hides stay, since a click shows them. Immutable.
 */
final class HiddenCells {

  private static final Pattern SHEET = Pattern.compile("<sheet\\s[^>]*/>");
  private static final Pattern HIDDEN_SHEET = Pattern.compile("\\sstate=\"(?:hidden|veryHidden)\"");
  private static final Pattern ROW =
      Pattern.compile("<row\\s([^>]*?)(?:/>|>(.*?)</row>)", Pattern.DOTALL);
  private static final Pattern HIDDEN = Pattern.compile("(?:^|\\s)hidden=\"(?:1|true)\"");
  private static final Pattern COLUMNS = Pattern.compile("<col\\s([^>]*?)/?>");
  private static final Pattern CELL =
      Pattern.compile("<c\\s([^>]*?)(?:/>|>(.*?)</c>)", Pattern.DOTALL);
  private static final Pattern ATTRIBUTE = Pattern.compile("(\\w+)=\"([^\"]*)\"");
  private static final Pattern FONT =
      Pattern.compile("<font\\s*/>|<font>.*?</font>", Pattern.DOTALL);
  private static final Pattern WHITE_FONT =
      Pattern.compile(
          "<color\\s[^>]*(?:rgb=\"(?:FF|00)?F[EF]F[EF]F[EF]\"|theme=\"0\"(?![^>]*tint=\"-))");
  private static final Pattern FILL = Pattern.compile("<fill>.*?</fill>", Pattern.DOTALL);
  private static final Pattern NO_FILL =
      Pattern.compile(
          "patternType=\"none\"|<patternFill\\s*/>|<fgColor\\s[^>]*rgb=\"(?:FF|00)?FFFFFF\"");
  private static final Pattern FORMATS =
      Pattern.compile("<cellXfs[^>]*>(.*?)</cellXfs>", Pattern.DOTALL);
  private static final Pattern FORMAT = Pattern.compile("<xf\\s([^>]*)");

  private final Set<String> whiteStyles;

  /**
   * @param styles the part {@code xl/styles.xml}; may be empty
   */
  HiddenCells(String styles) {
    this.whiteStyles = whiteStyles(styles);
  }

  /** The workbook's part without its hidden sheets. */
  static String withoutHiddenSheets(String workbook) {
    return SHEET
        .matcher(workbook)
        .replaceAll(
            sheet ->
                HIDDEN_SHEET.matcher(sheet.group()).find()
                    ? ""
                    : Matcher.quoteReplacement(sheet.group()));
  }

  /** Whether a sheet may hold cells to take out. */
  boolean mayHide(String sheet) {
    return !whiteStyles.isEmpty() || HIDDEN.matcher(sheet).find();
  }

  /**
   * A sheet's part without hidden cells.
   *
   * @param isFiltered whether a filter may have hidden its rows
   */
  String clean(String sheet, boolean isFiltered) {
    Set<Integer> columns = new HashSet<>();
    for (MatchResult column : COLUMNS.matcher(sheet).results().toList()) {
      if (HIDDEN.matcher(column.group(1)).find()) {
        int from = number(attribute(column.group(1), "min"));
        int to = Math.min(number(attribute(column.group(1), "max")), from + 16_384);
        for (int i = from; i <= to; i++) {
          columns.add(i);
        }
      }
    }
    return ROW.matcher(sheet)
        .replaceAll(
            row -> {
              if (!isFiltered && HIDDEN.matcher(row.group(1)).find()) {
                return "";
              }
              return Matcher.quoteReplacement(
                  columns.isEmpty() && whiteStyles.isEmpty()
                      ? row.group()
                      : withoutCells(row.group(), columns));
            });
  }

  private String withoutCells(String row, Set<Integer> columns) {
    return CELL.matcher(row)
        .replaceAll(
            cell -> {
              boolean isHidden =
                  columns.contains(column(attribute(cell.group(1), "r")))
                      || whiteStyles.contains(attribute(cell.group(1), "s"));
              return isHidden ? "" : Matcher.quoteReplacement(cell.group());
            });
  }

  /** The numbers of the cell formats that write in white on no fill. */
  private static Set<String> whiteStyles(String styles) {
    List<Boolean> whiteFonts = new ArrayList<>();
    FONT.matcher(styles)
        .results()
        .forEach(font -> whiteFonts.add(WHITE_FONT.matcher(font.group()).find()));
    List<Boolean> blankFills = new ArrayList<>();
    FILL.matcher(styles)
        .results()
        .forEach(fill -> blankFills.add(NO_FILL.matcher(fill.group()).find()));
    Set<String> white = new HashSet<>();
    Matcher formats = FORMATS.matcher(styles);
    if (formats.find()) {
      int i = 0;
      for (MatchResult format : FORMAT.matcher(formats.group(1)).results().toList()) {
        int font = number(attribute(format.group(1), "fontId"));
        int fill = number(attribute(format.group(1), "fillId"));
        if (font < whiteFonts.size()
            && whiteFonts.get(font)
            && (fill >= blankFills.size() || blankFills.get(fill))) {
          white.add(String.valueOf(i));
        }
        i++;
      }
    }
    return white;
  }

  private static String attribute(String attributes, String name) {
    Matcher matcher = ATTRIBUTE.matcher(attributes);
    while (matcher.find()) {
      if (matcher.group(1).equals(name)) {
        return matcher.group(2);
      }
    }
    return "";
  }

  private static int number(String digits) {
    return digits.matches("\\d{1,6}") ? Integer.parseInt(digits) : 0;
  }

  /** The column of a cell such as {@code AB12}, from 1. */
  private static int column(String cell) {
    int column = 0;
    for (int i = 0; i < cell.length() && cell.charAt(i) >= 'A' && cell.charAt(i) <= 'Z'; i++) {
      column = column * 26 + cell.charAt(i) - 'A' + 1;
    }
    return column;
  }
}
