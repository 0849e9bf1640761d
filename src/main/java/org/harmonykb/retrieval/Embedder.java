package org.harmonykb.retrieval;

/** Turns text into vectors of length 1, with a model per language or one for all. Thread-safe. */
public interface Embedder {

  /** Embeds a question. */
  float[] query(String language, String text);

  /** Embeds a passage. */
  float[] passage(String language, String text);

  /**
   * What embeds this language, with all that its vectors depend on; vectors of another identity are
   * not comparable.
   */
  default String identity(String language) {
    return getClass().getName() + " " + spaces().of(language);
  }

  /** Which of its vectors can be compared with which. */
  default VectorSpaces spaces() {
    return VectorSpaces.BUNDLED;
  }
}
