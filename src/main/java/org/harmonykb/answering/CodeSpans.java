package org.harmonykb.answering;

/**
 * Tells whether a Markdown text, read character by character, stands inside code: between
 * back-ticks on a line, or between fences. Not thread-safe.
 */
final class CodeSpans {

  private boolean fenced;
  private boolean inline;
  private boolean lineHasText;
  private int ticks;

  void accept(char c) {
    if (c == '`') {
      ticks++;
      return;
    }
    close();
    if (c == '\n') {
      inline = false;
      lineHasText = false;
    } else if (!Character.isWhitespace(c)) {
      lineHasText = true;
    }
  }

  void accept(String text) {
    text.chars().forEach(c -> accept((char) c));
  }

  /** Whether the next character belongs to code. */
  boolean isInside() {
    boolean isFence = ticks >= 3 && !lineHasText;
    boolean inlineNow = ticks > 0 && ticks < 3 ? !inline : inline;
    return isFence ? !fenced : fenced || inlineNow;
  }

  private void close() {
    if (ticks == 0) {
      return;
    }
    if (ticks >= 3 && !lineHasText) {
      fenced = !fenced;
    } else if (!fenced && ticks < 3) {
      inline = !inline;
    }
    lineHasText = true;
    ticks = 0;
  }
}
