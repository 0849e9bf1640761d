package org.harmonykb.retrieval;

import java.util.List;

/** Searches by words and by meaning and fuses both. Thread-safe. */
public final class HybridRetriever implements Retriever {

  /** Candidates of each arm. */
  public static final int DEPTH = 100;

  /** Chosen on the SQuAD, CMRC and DRCD development sets; see docs/retrieval.md. */
  public static final ScoreFusion FUSION = new ScoreFusion(0.22);

  private final SearchArms index;
  private final Embedder embedder;
  private final ScoreFusion fusion;

  public HybridRetriever(SearchArms index, Embedder embedder, ScoreFusion fusion) {
    this.index = index;
    this.embedder = embedder;
    this.fusion = fusion;
  }

  @Override
  public List<Passage> search(Query query, AccessScope scope) {
    return run(query, scope).fused;
  }

  @Override
  public RetrievalTrace trace(Query query, AccessScope scope) {
    Run run = run(query, scope);
    int depth = depth(query);
    return new RetrievalTrace(
        new RetrievalTrace.Arm(run.words.size(), depth, millis(run.times.get(0), run.times.get(1))),
        new RetrievalTrace.Arm(
            run.meaning.size(), depth, millis(run.times.get(2), run.times.get(3))),
        run.language,
        millis(run.times.get(1), run.times.get(2)),
        millis(run.times.get(3), run.times.get(4)),
        fusion,
        run.fused.stream()
            .map(p -> new RetrievalTrace.Candidate(p, index.matches(query.text(), p)))
            .toList());
  }

  /**
   * @param times the steps' ends, by {@link System#nanoTime}, after the beginning
   */
  private record Run(
      List<SearchIndex.Hit> words,
      List<SearchIndex.Hit> meaning,
      List<Passage> fused,
      String language,
      List<Long> times) {}

  private Run run(Query query, AccessScope scope) {
    Query deep = query.withLimit(depth(query));
    String language = Language.of(query.text());
    long began = System.nanoTime();
    List<SearchIndex.Hit> words = index.byWords(deep, scope);
    long searched = System.nanoTime();
    float[] vector = embedder.query(language, query.text());
    long embedded = System.nanoTime();
    List<SearchIndex.Hit> meaning = index.byMeaning(language, vector, deep, scope);
    long compared = System.nanoTime();
    List<Passage> fused = fusion.fuse(words, meaning, query.limit());
    return new Run(
        words,
        meaning,
        fused,
        language,
        List.of(began, searched, embedded, compared, System.nanoTime()));
  }

  private static int depth(Query query) {
    return Math.max(DEPTH, query.limit());
  }

  private static double millis(long from, long to) {
    return Math.round((to - from) / 1e4) / 100.0;
  }
}
