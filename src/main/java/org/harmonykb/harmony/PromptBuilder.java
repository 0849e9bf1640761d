package org.harmonykb.harmony;

import java.util.Arrays;

/** Token ids of a prompt in the making: control tokens by name, all other text as plain text. */
final class PromptBuilder {

  private final Vocabulary vocabulary;
  private final StringBuilder written = new StringBuilder();
  private int[] ids = new int[256];
  private int size;

  PromptBuilder(Vocabulary vocabulary) {
    this.vocabulary = vocabulary;
  }

  PromptBuilder control(String token) {
    add(control(vocabulary, token));
    written.append(token);
    return this;
  }

  PromptBuilder text(String text) {
    for (int id : vocabulary.encode(text)) {
      add(id);
    }
    written.append(text);
    return this;
  }

  int[] toArray() {
    return Arrays.copyOf(ids, size);
  }

  /** The prompt with control tokens spelled out. */
  @Override
  public String toString() {
    return written.toString();
  }

  /** The id of a control token that the format cannot do without. */
  static int control(Vocabulary vocabulary, String token) {
    return vocabulary
        .controlToken(token)
        .orElseThrow(
            () -> new IllegalArgumentException("the model's vocabulary has no token " + token));
  }

  private void add(int id) {
    if (size == ids.length) {
      ids = Arrays.copyOf(ids, 2 * size);
    }
    ids[size++] = id;
  }
}
