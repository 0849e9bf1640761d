package org.harmonykb.retrieval;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/** Searches by words and by meaning, side by side, and fuses both. Thread-safe. */
public final class HybridRetriever implements Retriever {

  /** Candidates of each arm. */
  public static final int DEPTH = 100;

  /** Chosen on the SQuAD, CMRC and DRCD development sets; see docs/retrieval.md. */
  public static final ScoreFusion FUSION = new ScoreFusion(0.22, 0.3, ScoreFusion.Scale.BEST, 0);

  /** For a model that serves all languages. */
  private static final ScoreFusion MULTILINGUAL =
      new ScoreFusion(0.5, ScoreFusion.Scale.ATTAINABLE, 0.1);

  private final SearchArms index;
  private final Embedder embedder;
  private final ScoreFusion fusion;
  private final @Nullable Reranker reranker;

  public HybridRetriever(SearchArms index, Embedder embedder, ScoreFusion fusion) {
    this(index, embedder, fusion, null);
  }

  /**
   * @param reranker puts the fused order in another, or null
   */
  public HybridRetriever(
      SearchArms index, Embedder embedder, ScoreFusion fusion, @Nullable Reranker reranker) {
    this.index = index;
    this.embedder = embedder;
    this.fusion = fusion;
    this.reranker = reranker;
  }

  /** What fits the models in use. */
  public static ScoreFusion fusion(Embedder embedder) {
    return embedder.spaces().isShared() ? MULTILINGUAL : FUSION;
  }

  @Override
  public List<Passage> search(Query query, AccessScope scope) {
    Run run = run(query, scope);
    return run.ranked.stream().map(ranked -> comparable(ranked.passage(), run.language)).toList();
  }

  /**
   * Thresholds on similarities were found with the bundled models. Those of the multilingual model
   * are brought to the same mean and spread, measured over the questions of docs-corpus.
   */
  private Passage comparable(Passage passage, String language) {
    if (passage.vectorRank() == 0 || !embedder.spaces().isShared()) {
      return passage;
    }
    boolean isChinese = language.equals(Language.CHINESE);
    return passage.withSimilarity((isChinese ? 0.199 : 0.285) + 0.78 * passage.similarity());
  }

  @Override
  public RetrievalTrace trace(Query query, AccessScope scope) {
    Run run = run(query, scope);
    int depth = depth(query);
    List<RetrievalTrace.Candidate> candidates = new ArrayList<>();
    for (Reranker.Ranked ranked : run.ranked) {
      Passage passage = ranked.passage();
      candidates.add(
          new RetrievalTrace.Candidate(
              passage,
              1 + run.fused.indexOf(passage),
              Double.isNaN(ranked.score()) ? null : ranked.score(),
              index.matches(query.text(), passage)));
    }
    return new RetrievalTrace(
        new RetrievalTrace.Arm(run.words.hits.size(), depth, run.words.millis),
        new RetrievalTrace.Arm(run.meaning.hits.size(), depth, run.meaning.millis),
        run.language,
        run.embeddingMs,
        run.fusionMs,
        run.rerankingMs,
        fusion,
        run.attainable,
        candidates);
  }

  private record Found(List<SearchIndex.Hit> hits, double millis) {}

  private record Run(
      Found words,
      Found meaning,
      List<Passage> fused,
      List<Reranker.Ranked> ranked,
      String language,
      double attainable,
      double embeddingMs,
      double fusionMs,
      double rerankingMs) {}

  private Run run(Query query, AccessScope scope) {
    Query deep = query.withLimit(depth(query));
    String language = Language.of(query.text());
    FutureTask<Found> besides = new FutureTask<>(() -> byWords(deep, scope));
    Thread.ofVirtual().name("search-by-words").start(besides);
    long began = System.nanoTime();
    float[] vector = embedder.query(language, query.text());
    long embedded = System.nanoTime();
    List<SearchIndex.Hit> near = index.byMeaning(language, vector, deep, scope);
    Found meaning = new Found(near, millis(embedded, System.nanoTime()));
    Found words = get(besides);
    long found = System.nanoTime();
    double attainable = index.attainable(query.text());
    List<Passage> fused =
        fusion.fuse(
            words.hits,
            near,
            language,
            attainable,
            reranker == null ? query.limit() : deep.limit());
    long ordered = System.nanoTime();
    List<Reranker.Ranked> ranked =
        reranker == null
            ? fused.stream().map(p -> new Reranker.Ranked(p, Double.NaN)).toList()
            : reranker.rerank(query.text(), fused).stream().limit(query.limit()).toList();
    return new Run(
        words,
        meaning,
        fused,
        ranked,
        language,
        attainable,
        millis(began, embedded),
        millis(found, ordered),
        millis(ordered, System.nanoTime()));
  }

  private Found byWords(Query query, AccessScope scope) {
    long began = System.nanoTime();
    List<SearchIndex.Hit> hits = index.byWords(query, scope);
    return new Found(hits, millis(began, System.nanoTime()));
  }

  private static Found get(FutureTask<Found> task) {
    try {
      return task.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause
          ? cause
          : new IllegalStateException("the search by words failed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("the search was interrupted");
    }
  }

  private static int depth(Query query) {
    return Math.max(DEPTH, query.limit());
  }

  private static double millis(long from, long to) {
    return Math.round((to - from) / 1e4) / 100.0;
  }
}
