package org.harmonykb.retrieval.lucene;

import static org.harmonykb.retrieval.lucene.PassageDocuments.ORDINAL_AT;
import static org.harmonykb.retrieval.lucene.PassageDocuments.REVISION_AT;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.miscellaneous.PerFieldAnalyzerWrapper;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.DisjunctionMaxQuery;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.RescoreTopNQuery;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.SearcherFactory;
import org.apache.lucene.search.SearcherManager;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.QueryBuilder;
import org.harmonykb.retrieval.AccessScope;
import org.harmonykb.retrieval.Chunk;
import org.harmonykb.retrieval.Language;
import org.harmonykb.retrieval.Passage;
import org.harmonykb.retrieval.Query;
import org.harmonykb.retrieval.RetrievalTrace;
import org.harmonykb.retrieval.SearchArms;
import org.harmonykb.retrieval.SearchIndex;
import org.harmonykb.retrieval.VectorSpaces;
import org.jspecify.annotations.Nullable;

/**
 * One Lucene index of passages. Words are indexed under the fields of the passage's language, so a
 * question is matched with each language's own analysis; vectors under the field of their space.
 * Who may read a passage is a filter inside both searches.
 */
final class LuceneGeneration implements SearchArms, AutoCloseable {

  /** Under this name a commit tells the vector spaces that the generation was begun with. */
  private static final String SPACES = "vector_spaces";

  /** Under this name a commit tells the analysis of words that the generation was begun with. */
  private static final String ANALYSIS = "analysis";

  /** Changes with the fields of words and with how text is cut into them. */
  private static final String CURRENT_ANALYSIS = "2";

  private static final String NOT_WRITTEN = "cannot write to the index";

  private final FSDirectory directory;
  private final VectorSpaces spaces;
  private final VectorStorage storage;
  private final String begunWith;
  private final String analysis;
  private final IndexWriter writer;
  private final SearcherManager searchers;
  private final Object committing = new Object();

  /** All changes up to it are on disk, by the writer's sequence numbers. */
  private long committed; // guarded by committing

  private final Map<LocalDate, Set<UUID>> undated;
  private final Analyzer chineseWords = PassageAnalyzers.chineseWords();
  private final Map<String, Analyzer> analyzers =
      Map.of(
          Language.ENGLISH, PassageAnalyzers.english(),
          Language.CHINESE, PassageAnalyzers.chinese());

  /**
   * @param spaces of the embedding models that are in use now
   */
  LuceneGeneration(Path folder, VectorSpaces spaces, VectorStorage storage) throws IOException {
    this.spaces = spaces;
    this.storage = storage;
    directory = FSDirectory.open(folder);
    Map<String, Analyzer> fields = new HashMap<>();
    analyzers.forEach(
        (language, analyzer) -> {
          for (String field : List.of("text", "section", "title")) {
            fields.put(field + "_" + language, analyzer);
          }
        });
    fields.put(PassageTerms.CHINESE_WORDS, chineseWords);
    IndexWriterConfig config =
        new IndexWriterConfig(
                new PerFieldAnalyzerWrapper(
                    Objects.requireNonNull(analyzers.get(Language.ENGLISH)), fields))
            .setSimilarity(new BM25Similarity(0.9f, 0.4f))
            .setCodec(storage.codec());
    if (DirectoryReader.indexExists(directory)) {
      verify(directory);
    }
    writer = new IndexWriter(directory, config);
    begunWith = recorded(SPACES, spaces.toString(), VectorSpaces.BUNDLED.toString());
    analysis = recorded(ANALYSIS, CURRENT_ANALYSIS, "1");
    writer.setLiveCommitData(Map.of(SPACES, begunWith, ANALYSIS, analysis).entrySet());
    writer.commit();
    searchers =
        new SearcherManager(
            writer,
            new SearcherFactory() {
              @Override
              public IndexSearcher newSearcher(IndexReader reader, @Nullable IndexReader previous) {
                IndexSearcher searcher = new IndexSearcher(reader);
                searcher.setSimilarity(new BM25Similarity(0.9f, 0.4f));
                return searcher;
              }
            });
    undated = withSearcher(PassageFilters::undated);
  }

  /**
   * Reads all files and compares their checksums: Lucene itself looks at them only when segments
   * are merged, and a search over damaged ones may fail or miss passages without a word.
   */
  private static void verify(FSDirectory directory) throws IOException {
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      for (LeafReaderContext leaf : reader.leaves()) {
        leaf.reader().checkIntegrity();
      }
    }
  }

  /** Whether it takes changes; a write that failed badly closes it. */
  boolean isOpen() {
    return writer.isOpen();
  }

  /** Links or copies the files of the last commit, which are never written again. */
  static void link(Path folder, Path target) throws IOException {
    Files.createDirectories(target);
    try (FSDirectory directory = FSDirectory.open(folder)) {
      for (String file : SegmentInfos.readLatestCommit(directory).files(true)) {
        Path to = target.resolve(file);
        try {
          Files.createLink(to, folder.resolve(file));
        } catch (UnsupportedOperationException | FileSystemException e) {
          Files.copy(folder.resolve(file), to, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }

  /** What the commit that the generation was begun with says under a name. */
  private String recorded(String name, String now, String before) {
    if (writer.getDocStats().maxDoc == 0) {
      return now;
    }
    Iterable<Map.Entry<String, String>> recorded = writer.getLiveCommitData();
    if (recorded != null) {
      for (Map.Entry<String, String> entry : recorded) {
        if (entry.getKey().equals(name)) {
          return entry.getValue();
        }
      }
    }
    return before;
  }

  /** The spaces that its vectors lie in, where they are not those of the models in use. */
  @Nullable String otherSpaces() {
    return begunWith.equals(spaces.toString()) ? null : begunWith;
  }

  boolean hasOlderAnalysis() {
    return !analysis.equals(CURRENT_ANALYSIS);
  }

  /** Writes a document's passages in place of those that are there, and commits. */
  void replace(UUID documentId, List<Chunk> chunks) {
    commit(update(documentId, chunks));
  }

  /**
   * The same without a commit: a crash may lose it, and searches may not see it yet.
   *
   * @return what {@link #commit} has to reach
   */
  long update(UUID documentId, List<Chunk> chunks) {
    try {
      List<Document> documents =
          chunks.stream().map(chunk -> PassageDocuments.of(chunk, spaces)).toList();
      return writer.updateDocuments(new Term("document", documentId.toString()), documents);
    } catch (IOException e) {
      throw new UncheckedIOException(NOT_WRITTEN, e);
    }
  }

  /** Deletes a document's passages without a commit; see {@link #update}. */
  long remove(UUID documentId) {
    try {
      return writer.deleteDocuments(new Term("document", documentId.toString()));
    } catch (IOException e) {
      throw new UncheckedIOException(NOT_WRITTEN, e);
    }
  }

  /**
   * Returns when a change and all before it are on disk and seen by searches. One commit serves all
   * who wait meanwhile: it costs tens of milliseconds, whatever it holds.
   */
  void commit(long sequence) {
    synchronized (committing) {
      if (sequence <= committed) {
        return;
      }
      try {
        committed = Math.max(sequence, writer.commit());
        searchers.maybeRefreshBlocking();
      } catch (IOException e) {
        throw new UncheckedIOException(NOT_WRITTEN, e);
      }
    }
  }

  @Override
  public List<SearchIndex.Hit> byWords(Query query, AccessScope scope) {
    BooleanQuery.Builder words = new BooleanQuery.Builder();
    analyzers.forEach(
        (language, analyzer) -> {
          QueryBuilder builder = new QueryBuilder(analyzer);
          float share =
              language.equals(Language.CHINESE) ? 1 - PassageTerms.CHINESE_WORDS_SHARE : 1;
          add(words, builder.createBooleanQuery("text_" + language, query.text()), share);
          add(
              words,
              builder.createBooleanQuery("section_" + language, query.text()),
              PassageTerms.SECTION_BOOST);
          add(
              words,
              builder.createBooleanQuery("title_" + language, query.text()),
              PassageTerms.TITLE_BOOST);
          query
              .related()
              .forEach(others -> add(words, any(builder, language, others), PassageTerms.RELATED));
        });
    QueryBuilder inWords = new QueryBuilder(chineseWords);
    String field = PassageTerms.CHINESE_WORDS;
    add(words, inWords.createBooleanQuery(field, query.text()), PassageTerms.CHINESE_WORDS_SHARE);
    BooleanQuery any = words.build();
    if (any.clauses().isEmpty()) {
      return List.of();
    }
    BooleanQuery.Builder filtered = new BooleanQuery.Builder().add(any, BooleanClause.Occur.MUST);
    filter(query, scope).forEach(f -> filtered.add(f, BooleanClause.Occur.FILTER));
    return search(filtered.build(), query.limit(), false);
  }

  /** The best of some phrases, each with all its words, in the text, the section or the title. */
  private static org.apache.lucene.search.Query any(
      QueryBuilder builder, String language, List<String> phrases) {
    List<org.apache.lucene.search.Query> any = new ArrayList<>();
    for (String phrase : phrases) {
      for (String field : List.of("text_", "section_", "title_")) {
        var all = builder.createMinShouldMatchQuery(field + language, phrase, 1);
        if (all != null) {
          float boost =
              field.equals("text_")
                  ? 1
                  : field.equals("title_") ? PassageTerms.TITLE_BOOST : PassageTerms.SECTION_BOOST;
          any.add(new BoostQuery(all, boost));
        }
      }
    }
    return new DisjunctionMaxQuery(any, 0);
  }

  private static void add(
      BooleanQuery.Builder words, org.apache.lucene.search.@Nullable Query part, float boost) {
    if (part != null) {
      words.add(boost == 1 ? part : new BoostQuery(part, boost), BooleanClause.Occur.SHOULD);
    }
  }

  @Override
  public List<SearchIndex.Hit> byMeaning(
      String language, float[] vector, Query query, AccessScope scope) {
    BooleanQuery.Builder filters = new BooleanQuery.Builder();
    filters.add(new MatchAllDocsQuery(), BooleanClause.Occur.FILTER);
    filter(query, scope).forEach(f -> filters.add(f, BooleanClause.Occur.FILTER));
    int most = (int) Math.clamp(passageCount(), 1, query.limit());
    String field = PassageDocuments.vectorField(spaces, language);
    var nearest = new KnnFloatVectorQuery(field, vector, most, filters.build());
    return search(
        storage.isExact()
            ? nearest
            : RescoreTopNQuery.createFullPrecisionRescorerQuery(nearest, vector, field, most),
        most,
        true);
  }

  private List<org.apache.lucene.search.Query> filter(Query query, AccessScope scope) {
    return PassageFilters.of(query.filters(), scope, undated);
  }

  @Override
  public List<RetrievalTrace.TermMatch> matches(String question, Passage passage) {
    Analyzer analyzer = analyzers.get(passage.language());
    return analyzer == null ? List.of() : TermMatches.of(analyzer, question, passage);
  }

  @Override
  public double attainable(String question) {
    String language = Language.of(question);
    Analyzer analyzer = Objects.requireNonNull(analyzers.get(language));
    return withSearcher(
        searcher -> {
          IndexReader reader = searcher.getIndexReader();
          String field = "text_" + language;
          // As BM25Similarity weighs a word.
          long passages = reader.getDocCount(field);
          double sum = 0;
          for (String term : TermMatches.terms(analyzer, question)) {
            int holding = reader.docFreq(new Term(field, term));
            sum += Math.log(1 + (passages - holding + 0.5) / (holding + 0.5));
          }
          return sum;
        });
  }

  List<Passage> passages(UUID documentId) {
    List<Passage> all =
        search(
                new TermQuery(new Term("document", documentId.toString())),
                Integer.MAX_VALUE >> 1,
                false)
            .stream()
            .map(SearchIndex.Hit::passage)
            .sorted(Comparator.comparingInt(Passage::ordinal))
            .toList();
    int latest = all.stream().mapToInt(Passage::revision).max().orElse(0);
    return all.stream().filter(passage -> passage.revision() == latest).toList();
  }

  /** Those of the latest revision whose ordinals are in a range, in order. */
  List<Passage> passages(UUID documentId, int first, int last) {
    Term ofDocument = new Term("document", documentId.toString());
    return withSearcher(
        searcher -> {
          List<Passage> found = new ArrayList<>();
          int latest = 0;
          for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
            PostingsEnum all = leaf.reader().postings(ofDocument, PostingsEnum.NONE);
            if (all == null) {
              continue;
            }
            Bits live = leaf.reader().getLiveDocs();
            NumericDocValues ordinals = leaf.reader().getNumericDocValues(ORDINAL_AT);
            NumericDocValues revisions = leaf.reader().getNumericDocValues(REVISION_AT);
            StoredFields stored = leaf.reader().storedFields();
            for (int i = all.nextDoc(); i != DocIdSetIterator.NO_MORE_DOCS; i = all.nextDoc()) {
              if (live != null && !live.get(i)) {
                continue;
              }
              boolean isKnown =
                  ordinals != null
                      && revisions != null
                      && ordinals.advanceExact(i)
                      && revisions.advanceExact(i);
              if (isKnown) {
                latest = Math.max(latest, (int) revisions.longValue());
              }
              if (!isKnown || ordinals.longValue() >= first && ordinals.longValue() <= last) {
                Passage passage = PassageDocuments.passage(stored.document(i));
                latest = Math.max(latest, passage.revision());
                found.add(passage);
              }
            }
          }
          int newest = latest;
          return found.stream()
              .filter(p -> p.revision() == newest && p.ordinal() >= first && p.ordinal() <= last)
              .sorted(Comparator.comparingInt(Passage::ordinal))
              .toList();
        });
  }

  Map<UUID, Map<Integer, Integer>> contents() {
    return withSearcher(
        searcher -> {
          Map<UUID, Map<Integer, Integer>> contents = new HashMap<>();
          Set<String> fields = Set.of("document", "revision");
          for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
            Bits live = leaf.reader().getLiveDocs();
            StoredFields stored = leaf.reader().storedFields();
            for (int i = 0; i < leaf.reader().maxDoc(); i++) {
              if (live == null || live.get(i)) {
                Document passage = stored.document(i, fields);
                contents
                    .computeIfAbsent(UUID.fromString(passage.get("document")), d -> new HashMap<>())
                    .merge(passage.getField("revision").numericValue().intValue(), 1, Integer::sum);
              }
            }
          }
          return contents;
        });
  }

  long passageCount() {
    return withSearcher(searcher -> (long) searcher.getIndexReader().numDocs());
  }

  private List<SearchIndex.Hit> search(
      org.apache.lucene.search.Query query, int limit, boolean isSimilarity) {
    return withSearcher(
        searcher -> {
          int count = Math.max(1, Math.min(limit, searcher.getIndexReader().maxDoc()));
          StoredFields stored = searcher.storedFields();
          List<SearchIndex.Hit> hits = new ArrayList<>();
          for (ScoreDoc hit : searcher.search(query, count).scoreDocs) {
            // Lucene's score of a dot product is (1 + cosine) / 2.
            double score = isSimilarity ? 2 * hit.score - 1 : hit.score;
            hits.add(
                new SearchIndex.Hit(PassageDocuments.passage(stored.document(hit.doc)), score));
          }
          return hits;
        });
  }

  /** What is done with a searcher. */
  private interface Work<T> {
    T with(IndexSearcher searcher) throws IOException;
  }

  private <T> T withSearcher(Work<T> work) {
    try {
      IndexSearcher searcher = searchers.acquire();
      try {
        return work.with(searcher);
      } finally {
        searchers.release(searcher);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot search the index", e);
    }
  }

  @Override
  public void close() {
    try {
      searchers.close();
      writer.close();
      directory.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close the index", e);
    }
  }
}
