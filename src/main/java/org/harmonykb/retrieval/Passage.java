package org.harmonykb.retrieval;

import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A piece of a document that answers may cite.
 *
 * @param id stable within the index: document, revision and ordinal, or the first and last ordinal
 *     where it is made of several pieces
 * @param documentId the document
 * @param revision its revision, from 1
 * @param ordinal place among the document's passages, from 0
 * @param collection the document's collection
 * @param title the document's title
 * @param section heading path, such as {@code 3 Leave > 3.2 Carry-over}; may be empty
 * @param page page number from 1, or null where the format has none
 * @param effectiveFrom when the document came into force, if it says so
 * @param language {@code en} or {@code zh}
 * @param text the passage itself
 * @param score fused score; higher is better
 * @param keywordRank rank in the keyword arm from 1, or 0 if it was not found there
 * @param vectorRank rank in the vector arm from 1, or 0 if it was not found there
 * @param keywordScore BM25 score, or 0
 * @param similarity cosine similarity to the question, or 0; {@link Retriever#search} gives it on
 *     the scale of the bundled models, {@link Retriever#trace} as it is
 */
public record Passage(
    String id,
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
    double score,
    int keywordRank,
    int vectorRank,
    double keywordScore,
    double similarity) {

  /**
   * One passage of several pieces of a document; a table that goes on has its header once.
   *
   * @param pieces in a row, this one among them
   */
  public Passage withPieces(List<Passage> pieces) {
    StringBuilder all = new StringBuilder();
    for (Passage piece : pieces) {
      String next = piece.text;
      int line = next.indexOf('\n');
      boolean isAgain =
          line > 0 && next.startsWith("|") && all.indexOf(next.substring(0, line + 1)) >= 0;
      all.append(all.isEmpty() ? "" : "\n").append(isAgain ? next.substring(line + 1) : next);
    }
    Passage first = pieces.getFirst();
    return new Passage(
        first.id + (pieces.size() > 1 ? "-" + pieces.getLast().ordinal : ""),
        documentId,
        revision,
        first.ordinal,
        collection,
        title,
        section,
        page,
        effectiveFrom,
        language,
        all.toString(),
        score,
        keywordRank,
        vectorRank,
        keywordScore,
        similarity);
  }

  Passage withSimilarity(double other) {
    return new Passage(
        id,
        documentId,
        revision,
        ordinal,
        collection,
        title,
        section,
        page,
        effectiveFrom,
        language,
        text,
        score,
        keywordRank,
        vectorRank,
        keywordScore,
        other);
  }
}
