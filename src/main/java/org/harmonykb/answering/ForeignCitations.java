package org.harmonykb.answering;

import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Brings the citations of a model whose sampler is not ours into our form while it writes: {@code
 * [1, 3]} and {@code 【1†…】} become {@code [1][3]} and {@code [1]}, and a number that no passage in
 * the prompt has is left out, with the space before it. Nobody sees half a marker. Code passes as
 * it is. One answer, one thread.
 */
final class ForeignCitations {

  private static final int LONGEST = 48;

  /** Numbers, and what some models put behind them. */
  private static final Pattern MARKER =
      Pattern.compile(
          "( ?)[\\[【]\\s*(?:passage\\s*)?(\\d+(?:\\s*[,;、，]\\s*\\d+)*)\\s*(?:†[^】\\]]*)?[】\\]]",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern NUMBER = Pattern.compile("\\d+");

  private final Set<Integer> shown;
  private final Consumer<String> target;
  private final StringBuilder held = new StringBuilder(); // space, then an open bracket
  private final CodeSpans code = new CodeSpans();
  private boolean isOpen; // a bracket is held
  private boolean isBehindBracket; // one was passed on that is still open

  /**
   * @param shown numbers of the passages in the prompt
   */
  ForeignCitations(Set<Integer> shown, Consumer<String> target) {
    this.shown = shown;
    this.target = target;
  }

  void accept(String text) {
    StringBuilder ready = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      accept(text.charAt(i), ready);
    }
    if (!ready.isEmpty()) {
      target.accept(ready.toString());
    }
  }

  private void accept(char c, StringBuilder ready) {
    code.accept(c);
    if ((c == '[' || c == '【') && !code.isInside()) {
      if (isOpen) {
        release(ready);
        isBehindBracket = true;
      }
      held.append(c);
      isOpen = true;
    } else if (!isOpen) {
      release(ready);
      (c == ' ' ? held : ready).append(c);
      isBehindBracket = false;
    } else {
      held.append(c);
      if (c == ']' || c == '】') {
        String ours = ours();
        held.setLength(0);
        held.append(ours);
        release(ready);
      } else if (c == '\n' || held.length() > LONGEST) {
        release(ready);
      }
    }
  }

  private void release(StringBuilder ready) {
    ready.append(held);
    held.setLength(0);
    isOpen = false;
  }

  /** What is held in our form; as it is if it is no marker, nothing if it cites nothing. */
  private String ours() {
    Matcher marker = MARKER.matcher(held);
    if (!marker.matches()) {
      return held.toString();
    }
    StringBuilder ours = new StringBuilder();
    Matcher number = NUMBER.matcher(marker.group(2));
    while (number.find()) {
      int n = number.group().length() > 4 ? 0 : Integer.parseInt(number.group());
      if (shown.contains(n) && ours.indexOf("[" + n + "]") < 0) {
        ours.append('[').append(n).append(']');
      }
    }
    String nothing = isBehindBracket ? " " : ""; // what follows must not close the bracket before
    return ours.isEmpty() ? nothing : marker.group(1) + ours;
  }

  /** Passes on what is held back: nothing follows. */
  void finish() {
    if (!held.isEmpty()) {
      target.accept(held.toString());
      held.setLength(0);
    }
  }
}
