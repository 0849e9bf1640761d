package org.harmonykb.answering;

import java.util.function.Consumer;

/**
 * Passes a text on as it is written, but holds a citation's marker back until it is whole, so that
 * no reader sees half of one. Brackets in code are no markers and pass at once. One answer, one
 * thread.
 */
final class CitationStream {

  private static final int LONGEST_MARKER = 6;

  private final Consumer<String> target;
  private final StringBuilder held = new StringBuilder();
  private final CodeSpans code = new CodeSpans();

  CitationStream(Consumer<String> target) {
    this.target = target;
  }

  void accept(String text) {
    StringBuilder ready = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      code.accept(c);
      if (held.isEmpty() && (c != '[' || code.isInside())) {
        ready.append(c);
        continue;
      }
      boolean opensAnother = c == '[' && !held.isEmpty();
      if (opensAnother) {
        ready.append(held);
        held.setLength(0);
      }
      held.append(c);
      boolean canGoOn = c == '[' || c >= '0' && c <= '9' && held.length() < LONGEST_MARKER;
      if (!canGoOn) {
        ready.append(held);
        held.setLength(0);
      }
    }
    if (!ready.isEmpty()) {
      target.accept(ready.toString());
    }
  }

  /** Passes on what is held back: nothing follows. */
  void finish() {
    if (!held.isEmpty()) {
      target.accept(held.toString());
      held.setLength(0);
    }
  }
}
