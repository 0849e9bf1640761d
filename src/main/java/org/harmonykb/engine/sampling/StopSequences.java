package org.harmonykb.engine.sampling;

import java.util.List;

/**
 * Passes text on until one of some sequences has come, and holds back what may be the beginning of
 * one. Used by one thread.
 */
public final class StopSequences {

  private final List<String> sequences;
  private final StringBuilder held = new StringBuilder();
  private boolean stopped;

  public StopSequences(List<String> sequences) {
    this.sequences = sequences.stream().filter(s -> !s.isEmpty()).toList();
  }

  /** Whether a sequence has come; from then on nothing is passed on. */
  public boolean stopped() {
    return stopped;
  }

  /** Takes text and returns what may be passed on. */
  public String accept(String text) {
    if (stopped) {
      return "";
    }
    if (sequences.isEmpty()) {
      return text;
    }
    held.append(text);
    int first = -1;
    for (String sequence : sequences) {
      int at = held.indexOf(sequence);
      if (at >= 0 && (first < 0 || at < first)) {
        first = at;
      }
    }
    if (first >= 0) {
      stopped = true;
      return take(first);
    }
    int keep = 0;
    for (String sequence : sequences) {
      for (int n = Math.min(sequence.length() - 1, held.length()); n > keep; n--) {
        if (sequence.startsWith(held.substring(held.length() - n))) {
          keep = n;
        }
      }
    }
    return take(held.length() - keep);
  }

  /** Ends the text and returns what was held back. */
  public String finish() {
    return stopped ? "" : take(held.length());
  }

  private String take(int length) {
    String text = held.substring(0, length);
    held.delete(0, length);
    return text;
  }
}
