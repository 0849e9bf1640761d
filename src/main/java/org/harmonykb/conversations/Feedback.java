package org.harmonykb.conversations;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a reader thought of an answer.
 *
 * @param searchedFor the question, self-contained
 * @param reason in the reader's words
 * @param documentId the document that holds the right answer
 * @param correction the right answer, in the reader's words
 * @param curatedId the curated answer that was made of it
 */
public record Feedback(
    UUID id,
    UUID answerId,
    String assistant,
    String question,
    String searchedFor,
    Thumb thumb,
    @Nullable String reason,
    @Nullable UUID documentId,
    @Nullable String correction,
    @Nullable UUID curatedId,
    Instant createdAt,
    Instant updatedAt) {

  public enum Thumb {
    UP,
    DOWN
  }
}
