package org.harmonykb.retrieval;

import java.time.LocalDate;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A passage on its way into the index; see {@link Passage} for the fields.
 *
 * @param effectiveFrom first day on which it counts, or null for any
 * @param effectiveTo last day on which it counts, or null for any
 * @param allow groups that may read it; empty means everybody
 * @param vector its embedding by the model of its language, or null while there is none
 */
public record Chunk(
    UUID documentId,
    int revision,
    int ordinal,
    String collection,
    String title,
    String section,
    @Nullable Integer page,
    @Nullable LocalDate effectiveFrom,
    @Nullable LocalDate effectiveTo,
    String language,
    String text,
    Set<String> allow,
    float @Nullable [] vector) {

  /** A passage that counts without end. */
  public Chunk(
      UUID documentId,
      int revision,
      int ordinal,
      String collection,
      String title,
      String section,
      @Nullable Integer page,
      @Nullable LocalDate effectiveFrom,
      String language,
      String text,
      Set<String> allow,
      float @Nullable [] vector) {
    this(
        documentId,
        revision,
        ordinal,
        collection,
        title,
        section,
        page,
        effectiveFrom,
        null,
        language,
        text,
        allow,
        vector);
  }

  public String id() {
    return documentId + ":" + revision + ":" + ordinal;
  }

  /** What is embedded: the passage under its title and headings. */
  public String embeddedText() {
    return embeddedText(title, section, text);
  }

  public static String embeddedText(String title, String section, String text) {
    return section.isEmpty() ? title + "\n" + text : title + "\n" + section + "\n" + text;
  }

  public Chunk withVector(float @Nullable [] embedding) {
    return new Chunk(
        documentId,
        revision,
        ordinal,
        collection,
        title,
        section,
        page,
        effectiveFrom,
        effectiveTo,
        language,
        text,
        allow,
        embedding);
  }
}
