package org.harmonykb.answering;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A finished answer, in the shape of the HTTP contract.
 *
 * @param answer Markdown with {@code [n]} citations
 * @param verdict {@code supported}, {@code partly supported}, {@code unsupported} or {@code
 *     refused}
 * @param unsupported sentences that no cited passage bears out
 * @param mode {@code generated} or {@code extractive}
 * @param notice what the reader should know about how it came about, or null
 * @param searchedFor the question as it was searched for
 */
public record Answer(
    String answer,
    List<Citation> citations,
    boolean refused,
    String verdict,
    List<String> unsupported,
    Usage usage,
    Timings timings,
    UUID conversationId,
    String mode,
    @Nullable String notice,
    String searchedFor) {

  /**
   * A passage that the answer cites.
   *
   * @param n its number in the text
   */
  public record Citation(
      int n,
      UUID documentId,
      String title,
      String section,
      @Nullable Integer page,
      int revision,
      String quote) {}

  public record Usage(int prompt_tokens, int cached_tokens, int completion_tokens) {}

  /** Milliseconds since the question came; retrieval by itself. */
  public record Timings(double retrievalMs, double firstTokenMs, double totalMs) {}
}
