package org.harmonykb.ingestion;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.tika.parser.html.DefaultHtmlMapper;
import org.apache.tika.parser.html.HtmlMapper;
import org.jspecify.annotations.Nullable;
import org.xml.sax.Attributes;

/**
 * What people do not see in a document: characters without a shape, and text that its style hides.
 * It is left out, since it is either of no use or meant for machines only.
 */
final class HiddenText {

  /** Zero width, direction marks, soft hyphens, and the tags block, which spells unseen ASCII. */
  private static final Pattern INVISIBLE =
      Pattern.compile(
          "[\\u00ad\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180e\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\u3164\\ufeff\\uffa0\\ufff9-\\ufffb\\x{1d173}-\\x{1d17a}\\x{e0000}-\\x{e007f}]");

  private static final String WHITE =
      "(?:#fff|#ffffff|#fefefe|white|transparent|rgba?\\(\\s*25[45]\\s*,\\s*25[45]\\s*,\\s*25[45][^)]*\\)|rgba\\([^)]*,\\s*0(?:\\.0+)?\\s*\\))";
  private static final Pattern UNSEEN_STYLE =
      Pattern.compile(
          "(?:^|;)\\s*(?:display\\s*:\\s*none|visibility\\s*:\\s*hidden|opacity\\s*:\\s*0(?:\\.0+)?(?![.\\d])|font-size\\s*:\\s*(?:0(?:\\.\\d+)?|1)\\s*(?:px|pt|em|%)?\\s*(?:;|!|$))");
  private static final Pattern WHITE_TEXT =
      Pattern.compile("(?:^|;)\\s*color\\s*:\\s*" + WHITE + "\\s*(?:;|!|$)");
  private static final Pattern BACKGROUND =
      Pattern.compile(
          "(?:^|;)\\s*background(?:-color|-image)?\\s*:\\s*(?!"
              + WHITE
              + "\\s*(?:;|!|$)|none|inherit|initial)");

  /** A run of a Word document: what stands before its properties, these, and what follows. */
  private static final Pattern RUN =
      Pattern.compile(
          "(<w:r(?:\\s[^>]*)?>\\s*<w:rPr>)((?:(?!</w:rPr>).)*)(</w:rPr>)((?:(?!</w:r>|<w:r["
              + " >]).)*)</w:r>",
          Pattern.DOTALL);

  private static final Pattern VANISHED =
      Pattern.compile("<w:(?:vanish|webHidden)(?:\\s+w:val=\"(?:1|true|on)\")?\\s*/>");
  private static final Pattern WHITE_RUN =
      Pattern.compile("<w:color\\s[^>]*w:val=\"(?:FFFFFF|ffffff|FEFEFE)\"");
  private static final Pattern SHADED =
      Pattern.compile("<w:(?:shd\\s[^>]*w:fill=\"(?!auto|FFFFFF|ffffff)|highlight\\s)");
  private static final Pattern RUN_TEXT = Pattern.compile("<w:t(?:\\s[^>]*)?>[^<]*</w:t>");

  private HiddenText() {}

  /** A text without characters that have no shape. */
  static String strip(String text) {
    return INVISIBLE.matcher(text).replaceAll("");
  }

  /** Lets the attributes through that tell what is hidden. */
  static final class Mapper implements HtmlMapper {

    @Override
    public @Nullable String mapSafeElement(String name) {
      String safe = DefaultHtmlMapper.INSTANCE.mapSafeElement(name);
      return safe != null || isDiscardElement(name) ? safe : name.toLowerCase(Locale.ROOT);
    }

    @Override
    public @Nullable String mapSafeAttribute(String element, String attribute) {
      String name = attribute.toLowerCase(Locale.ROOT);
      return switch (name) {
        case "style", "hidden", "bgcolor", "color" -> name;
        default -> DefaultHtmlMapper.INSTANCE.mapSafeAttribute(element, attribute);
      };
    }

    @Override
    public boolean isDiscardElement(String name) {
      return DefaultHtmlMapper.INSTANCE.isDiscardElement(name)
          || name.equalsIgnoreCase("template")
          || name.equalsIgnoreCase("svg");
    }
  }

  /** Whether an element is not shown at all. */
  static boolean isUnseen(Attributes attributes) {
    return attributes.getValue("hidden") != null || UNSEEN_STYLE.matcher(style(attributes)).find();
  }

  /** Whether an element writes in white. */
  static boolean isWhite(Attributes attributes) {
    String color = attributes.getValue("color");
    return WHITE_TEXT.matcher(style(attributes)).find()
        || color != null && color.strip().toLowerCase(Locale.ROOT).matches(WHITE);
  }

  /** Whether an element has a background that white text can be read on. */
  static boolean hasBackground(Attributes attributes) {
    String color = attributes.getValue("bgcolor");
    return BACKGROUND.matcher(style(attributes)).find()
        || color != null && !color.strip().toLowerCase(Locale.ROOT).matches(WHITE);
  }

  private static String style(Attributes attributes) {
    String style = attributes.getValue("style");
    return style == null ? "" : style.toLowerCase(Locale.ROOT);
  }

  /** Whether a part of a Word document may hold hidden runs. */
  static boolean mayHideRuns(String xml) {
    return VANISHED.matcher(xml).find() || WHITE_RUN.matcher(xml).find();
  }

  /** A part of a Word document without the text of vanished runs and of white ones on white. */
  static String withoutHiddenRuns(String xml) {
    return RUN.matcher(xml)
        .replaceAll(
            run -> {
              String properties = run.group(2);
              boolean isHidden =
                  VANISHED.matcher(properties).find()
                      || WHITE_RUN.matcher(properties).find()
                          && !SHADED.matcher(properties).find()
                          && !isOnShade(xml, run.start());
              return Matcher.quoteReplacement(
                  isHidden
                      ? run.group(1)
                          + properties
                          + run.group(3)
                          + RUN_TEXT.matcher(run.group(4)).replaceAll("")
                          + "</w:r>"
                      : run.group());
            });
  }

  /** Whether the paragraph or the table's cell around a place is shaded. */
  private static boolean isOnShade(String xml, int at) {
    int paragraph = Math.max(xml.lastIndexOf("<w:p>", at), xml.lastIndexOf("<w:p ", at));
    if (paragraph >= 0 && SHADED.matcher(xml.substring(paragraph, at)).find()) {
      return true;
    }
    int cell = Math.max(xml.lastIndexOf("<w:tc>", at), xml.lastIndexOf("<w:tc ", at));
    boolean isInCell = cell >= 0 && xml.lastIndexOf("</w:tc>", at) < cell;
    if (!isInCell) {
      return false;
    }
    int end = xml.indexOf("</w:tcPr>", cell);
    boolean isStyled = xml.lastIndexOf("<w:tblStyle", at) > xml.lastIndexOf("</w:tbl>", at);
    return isStyled || end >= 0 && end < at && SHADED.matcher(xml.substring(cell, end)).find();
  }
}
