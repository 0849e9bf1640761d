package org.harmonykb.harmony;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds the call in what a model without channels writes: text before the tag is the answer, what
 * follows is held back until the end, when it is told as one call, or as text if it is none.
 */
final class PlainToolParser implements CompletionParser {

  private final CompletionParser plain;
  private final StringBuilder held = new StringBuilder();
  private boolean inCall;

  PlainToolParser(CompletionParser plain) {
    this.plain = plain;
  }

  @Override
  public List<Delta> accept(int token) {
    return texts(plain.accept(token));
  }

  @Override
  public List<Delta> finish() {
    List<Delta> deltas = new ArrayList<>(texts(plain.finish()));
    String rest = held.toString();
    held.setLength(0);
    if (!inCall) {
      add(rest, deltas);
      return deltas;
    }
    int arguments = rest.indexOf(PlainTools.BEFORE_ARGUMENTS);
    String begin = PlainTools.TAG + PlainTools.BEFORE_NAME;
    if (rest.startsWith(begin) && arguments > 0 && rest.endsWith(PlainTools.AFTER_ARGUMENTS)) {
      deltas.add(
          new Delta(
              Channel.COMMENTARY,
              HarmonyFormat.FUNCTIONS + rest.substring(begin.length(), arguments),
              rest.substring(
                  arguments + PlainTools.BEFORE_ARGUMENTS.length(),
                  rest.length() - PlainTools.AFTER_ARGUMENTS.length())));
    } else {
      add(rest, deltas);
    }
    return deltas;
  }

  private List<Delta> texts(List<Delta> plainDeltas) {
    List<Delta> deltas = new ArrayList<>();
    plainDeltas.forEach(delta -> held.append(delta.text()));
    if (!inCall) {
      int tag = held.indexOf(PlainTools.TAG);
      inCall = tag >= 0;
      int free = inCall ? tag : held.length() - tail();
      add(held.substring(0, free), deltas);
      held.delete(0, free);
    }
    return deltas;
  }

  /** Characters at the end that may begin the tag. */
  private int tail() {
    for (int n = Math.min(PlainTools.TAG.length() - 1, held.length()); n > 0; n--) {
      if (PlainTools.TAG.startsWith(held.substring(held.length() - n))) {
        return n;
      }
    }
    return 0;
  }

  private static void add(String text, List<Delta> deltas) {
    if (!text.isEmpty()) {
      deltas.add(new Delta(Channel.FINAL, "", text));
    }
  }
}
