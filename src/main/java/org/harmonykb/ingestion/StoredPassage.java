package org.harmonykb.ingestion;

import org.jspecify.annotations.Nullable;

/**
 * A passage as the database keeps it.
 *
 * @param hash of what is embedded, with the model: passages of the same hash have the same vector
 * @param vector null until it is embedded
 */
record StoredPassage(
    int ordinal,
    String section,
    @Nullable Integer page,
    String language,
    String text,
    String hash,
    float @Nullable [] vector) {

  StoredPassage withVector(float @Nullable [] embedding) {
    return new StoredPassage(ordinal, section, page, language, text, hash, embedding);
  }
}
