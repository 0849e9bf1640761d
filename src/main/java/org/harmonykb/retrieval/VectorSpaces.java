package org.harmonykb.retrieval;

import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * In which space the vectors of a language lie. Only vectors of the same space can be compared; its
 * name changes with anything that changes the vectors.
 *
 * @param byLanguage the space's name for {@code en} and for {@code zh}
 */
public record VectorSpaces(Map<String, String> byLanguage) {

  /** Of the bundled models, whose indexes were written before spaces had names. */
  public static final VectorSpaces BUNDLED =
      new VectorSpaces(Map.of(Language.ENGLISH, "en", Language.CHINESE, "zh"));

  public VectorSpaces {
    byLanguage = Map.copyOf(byLanguage);
  }

  public String of(String language) {
    return Objects.requireNonNull(
        byLanguage.get(byLanguage.containsKey(language) ? language : Language.ENGLISH));
  }

  /** Whether one model serves all languages, so that a question finds passages in any. */
  public boolean isShared() {
    return byLanguage.values().stream().distinct().count() == 1;
  }

  @Override
  public String toString() {
    return new TreeMap<>(byLanguage).toString();
  }
}
