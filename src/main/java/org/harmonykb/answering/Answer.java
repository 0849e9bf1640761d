package org.harmonykb.answering;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A finished answer, in the shape of the HTTP contract; see docs/answers.md.
 *
 * @param id by which it is rated and made again
 * @param answer Markdown with {@code [n]} citations
 * @param citations the passages that it cites, by number
 * @param sentences its sentences in order, checked; none in a refusal
 * @param verdict {@code supported}, {@code partly supported}, {@code unsupported} or {@code
 *     refused}
 * @param unsupported sentences that no cited passage bears out
 * @param nearest where to read on, if it is a refusal
 * @param contact whom to ask, if it is a refusal
 * @param mode {@code generated} or {@code extractive}
 * @param notice what the reader should know about how it came about, or null
 * @param searchedFor the question as it was searched for
 */
public record Answer(
    UUID id,
    String answer,
    List<Citation> citations,
    List<Sentence> sentences,
    boolean refused,
    String verdict,
    List<String> unsupported,
    List<Citation> nearest,
    @Nullable String contact,
    Usage usage,
    Timings timings,
    UUID conversationId,
    String mode,
    @Nullable String notice,
    String searchedFor) {

  /**
   * A passage that the answer cites or could cite.
   *
   * @param n its number in the text
   * @param chunkId the passage; {@code GET /api/documents/{documentId}/chunks} has it, too
   * @param page from 1, where the format has pages
   * @param quote the passage's text
   * @param start where in {@code quote} begins what the answer rests on; null in a list of sources
   * @param end the place behind it
   * @param spans all such places, in order
   * @param curated whether people wrote it as an answer
   */
  public record Citation(
      int n,
      String chunkId,
      UUID documentId,
      String title,
      String collection,
      String section,
      @Nullable Integer page,
      int revision,
      @Nullable LocalDate effectiveFrom,
      String quote,
      @Nullable Integer start,
      @Nullable Integer end,
      List<Span> spans,
      boolean curated) {}

  /** Characters from {@code start} to before {@code end}, in UTF-16 units. */
  public record Span(int start, int end) {}

  /**
   * A sentence of the answer.
   *
   * @param start where it begins in the answer; its marker is not part of it
   * @param end the place behind it
   * @param n the passage that bears it out, or null
   * @param supported whether one does
   * @param overlap share of its words that the passage holds, 0 to 1
   * @param similarity cosine similarity to the place in the passage; null where it was not computed
   * @param source the place in the passage, or null
   */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  public record Sentence(
      int start,
      int end,
      @Nullable Integer n,
      boolean supported,
      double overlap,
      @Nullable Double similarity,
      @Nullable Span source) {}

  public record Usage(int prompt_tokens, int cached_tokens, int completion_tokens) {}

  /** Milliseconds since the question came; retrieval by itself. */
  public record Timings(double retrievalMs, double firstTokenMs, double totalMs) {}
}
