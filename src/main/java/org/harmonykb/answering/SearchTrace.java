package org.harmonykb.answering;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.harmonykb.retrieval.AccessScope;
import org.harmonykb.retrieval.Passage;
import org.harmonykb.retrieval.Query;
import org.harmonykb.retrieval.RetrievalTrace;
import org.harmonykb.retrieval.ScoreFusion;
import org.jspecify.annotations.Nullable;

/**
 * How a question finds its passages, step by step, as {@code POST /api/admin/search} shows it.
 * Nothing outside the asker's scope stands in it or is counted in it.
 *
 * @param filters what was applied, the assistant's collections included
 * @param access whose rights the search had
 * @param candidates the final order, best first
 * @param context ids of the passages that a prompt would hold, in its order
 * @param prompt what the model would read; of earlier turns, those of a conversation only
 */
public record SearchTrace(
    AskedQuestion question,
    Query.Filters filters,
    AccessScope access,
    Arms arms,
    List<Candidate> candidates,
    List<String> context,
    Timings timings,
    PromptPreview prompt) {

  /**
   * What is to be traced.
   *
   * @param conversationId the conversation that the question goes on with, or null
   * @param history earlier questions instead, oldest first
   * @param limit most candidates to show, at least 1
   */
  public record Request(
      String question,
      @Nullable UUID conversationId,
      List<String> history,
      String assistant,
      Query.Filters filters,
      int limit,
      AccessScope scope) {

    public Request {
      history = List.copyOf(history);
    }
  }

  /**
   * @param searched the question as searched for
   * @param reason why it was rewritten or left as it is
   */
  public record AskedQuestion(String asked, String searched, boolean rewritten, String reason) {}

  /**
   * @param wordsWeight share of the keyword arm in the fused score
   * @param fusion how the arms' scores were added
   * @param attainable keyword score of a passage that held all words of the question
   * @param language whose embedding model the vector arm used
   */
  public record Arms(
      RetrievalTrace.Arm words,
      RetrievalTrace.Arm meaning,
      double wordsWeight,
      ScoreFusion fusion,
      double attainable,
      String language) {}

  /**
   * @param rank place in the final order, from 1
   * @param fusedRank place in the fused order, which a reranker may have changed
   * @param rerankerScore what the reranker gave it, or null where it did not read it
   * @param matched the question's terms that it holds
   * @param context {@code chosen}, {@code superseded}, {@code duplicate}, {@code no_room}, or
   *     {@code not_considered} for those beyond what the context is chosen from
   */
  public record Candidate(
      int rank,
      int fusedRank,
      @Nullable Double rerankerScore,
      Passage passage,
      List<RetrievalTrace.TermMatch> matched,
      String context) {}

  /** Milliseconds of each step. */
  public record Timings(
      double condenseMs,
      double wordsMs,
      double embeddingMs,
      double meaningMs,
      double fusionMs,
      double rerankingMs,
      double contextMs,
      double totalMs) {}

  /**
   * @param verdicts on the first candidates
   */
  static SearchTrace of(
      Request request,
      QuestionCondenser.Condensed condensed,
      Query.Filters filters,
      RetrievalTrace retrieval,
      List<ContextBuilder.Verdict> verdicts,
      double condenseMs,
      double contextMs,
      double totalMs,
      PromptPreview prompt) {
    List<Candidate> candidates = new ArrayList<>();
    List<String> context = new ArrayList<>();
    for (int i = 0; i < retrieval.candidates().size(); i++) {
      RetrievalTrace.Candidate found = retrieval.candidates().get(i);
      String verdict =
          i < verdicts.size() ? verdicts.get(i).name().toLowerCase(Locale.ROOT) : "not_considered";
      if (i < request.limit()) {
        candidates.add(
            new Candidate(
                i + 1,
                found.fusedRank(),
                found.rerankerScore(),
                found.passage(),
                found.matched(),
                verdict));
      }
      if (i < verdicts.size() && verdicts.get(i) == ContextBuilder.Verdict.CHOSEN) {
        context.add(found.passage().id());
      }
    }
    return new SearchTrace(
        new AskedQuestion(
            request.question(), condensed.text(), condensed.rewritten(), condensed.reason()),
        filters,
        request.scope(),
        new Arms(
            retrieval.words(),
            retrieval.meaning(),
            retrieval.fusion().weight(retrieval.language()),
            retrieval.fusion(),
            retrieval.attainable(),
            retrieval.language()),
        candidates,
        context,
        new Timings(
            condenseMs,
            retrieval.words().searchMs(),
            retrieval.embeddingMs(),
            retrieval.meaning().searchMs(),
            retrieval.fusionMs(),
            retrieval.rerankingMs(),
            contextMs,
            totalMs),
        prompt);
  }
}
