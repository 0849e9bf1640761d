package org.harmonykb.answering;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.harmonykb.engine.LogitsMask;
import org.harmonykb.engine.Tokenizer;

/**
 * After an opening bracket only the number of a passage that is in the prompt may follow, and after
 * the number the closing bracket: a citation of a passage that is not there cannot be written. In
 * code anything goes. Immutable; one per model.
 */
final class CitationMask {

  private static final int MAX_PASSAGES = 9;

  private final String[] texts;
  private final int[] digitTokens = new int[MAX_PASSAGES + 1];
  private final List<Integer> closing = new ArrayList<>();
  private final List<Integer> brackets = new ArrayList<>();

  CitationMask(Tokenizer tokenizer) {
    texts = new String[tokenizer.vocabularySize()];
    for (int id = 0; id < texts.length; id++) {
      texts[id] =
          tokenizer.isSpecial(id) ? "" : new String(tokenizer.bytes(id), StandardCharsets.UTF_8);
      int bracket = texts[id].indexOf('[');
      boolean goesOn = bracket >= 0 && bracket < texts[id].length() - 1;
      if (goesOn) {
        brackets.add(id);
      }
      if (texts[id].startsWith("]") && !goesOn) {
        closing.add(id);
      }
      if (texts[id].length() == 1 && texts[id].charAt(0) >= '1' && texts[id].charAt(0) <= '9') {
        digitTokens[texts[id].charAt(0) - '0'] = id;
      }
    }
  }

  /** The mask for a prompt that shows the passages of these numbers. */
  LogitsMask forPassages(Set<Integer> numbers) {
    int[] shown =
        numbers.stream().filter(n -> n <= MAX_PASSAGES).mapToInt(Integer::intValue).toArray();
    return (generated, length, logits) -> {
      if (isInCode(generated, length)) {
        return; // a bracket there is no citation
      }
      String last = length > 0 ? texts[generated[length - 1]] : "";
      if (last.endsWith("[")) {
        float[] kept = new float[MAX_PASSAGES + 1];
        for (int n : shown) {
          kept[n] = logits[digitTokens[n]];
        }
        Arrays.fill(logits, Float.NEGATIVE_INFINITY);
        for (int n : shown) {
          logits[digitTokens[n]] = kept[n];
        }
      } else if (length > 1 && texts[generated[length - 2]].endsWith("[")) {
        float[] kept = new float[closing.size()];
        for (int i = 0; i < kept.length; i++) {
          kept[i] = logits[closing.get(i)];
        }
        Arrays.fill(logits, Float.NEGATIVE_INFINITY);
        for (int i = 0; i < kept.length; i++) {
          logits[closing.get(i)] = kept[i];
        }
      } else {
        forbidOtherBrackets(logits);
      }
    };
  }

  private boolean isInCode(int[] generated, int length) {
    CodeSpans code = new CodeSpans();
    for (int i = 0; i < length; i++) {
      code.accept(texts[generated[i]]);
    }
    return code.isInside();
  }

  /** Tokens that open a bracket and go on would slip through the two steps above. */
  private void forbidOtherBrackets(float[] logits) {
    for (int id : brackets) {
      logits[id] = Float.NEGATIVE_INFINITY;
    }
  }
}
