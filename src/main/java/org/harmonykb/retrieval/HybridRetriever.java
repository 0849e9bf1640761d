package org.harmonykb.retrieval;

import java.util.List;

/** Searches by words and by meaning and fuses both. Thread-safe. */
public final class HybridRetriever implements Retriever {

  /** Candidates of each arm. */
  public static final int DEPTH = 100;

  /** Chosen on the SQuAD, CMRC and DRCD development sets; see docs/retrieval.md. */
  public static final ScoreFusion FUSION = new ScoreFusion(0.22);

  private final SearchIndex index;
  private final Embedder embedder;
  private final ScoreFusion fusion;

  public HybridRetriever(SearchIndex index, Embedder embedder, ScoreFusion fusion) {
    this.index = index;
    this.embedder = embedder;
    this.fusion = fusion;
  }

  @Override
  public List<Passage> search(Query query, AccessScope scope) {
    Query deep = new Query(query.text(), query.collections(), Math.max(DEPTH, query.limit()));
    String language = Language.of(query.text());
    List<SearchIndex.Hit> words = index.byWords(deep, scope);
    List<SearchIndex.Hit> meaning =
        index.byMeaning(language, embedder.query(language, query.text()), deep, scope);
    return fusion.fuse(words, meaning, query.limit());
  }
}
