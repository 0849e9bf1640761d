package org.harmonykb.evaluation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.harmonykb.retrieval.AccessScope;
import org.harmonykb.retrieval.Chunk;
import org.harmonykb.retrieval.Embedder;
import org.harmonykb.retrieval.HybridRetriever;
import org.harmonykb.retrieval.Language;
import org.harmonykb.retrieval.Query;
import org.harmonykb.retrieval.ScoreFusion;
import org.harmonykb.retrieval.SearchIndex;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * How fast a large index is built and searched. Its passages are made of a set's passages: each is
 * halves of two of them, and its vector lies between theirs with some noise, so that words are as
 * frequent and vectors as crowded as in real text. Real questions are asked.
 */
public final class SearchBenchmark {

  private static final int SOURCES = 300;
  private static final int QUESTIONS = 200;
  private static final int PASSAGES_OF_A_DOCUMENT = 20;
  private static final int ROUNDS = 5;
  private static final int TOP = 10;
  private static final float NOISE = 0.6f;

  private final SearchIndex index;
  private final Embedder embedder;
  private final ScoreFusion fusion;
  private final JsonMapper json = JsonMapper.builder().build();
  private final Random random = new Random(1);

  public SearchBenchmark(SearchIndex index, Embedder embedder, ScoreFusion fusion) {
    this.index = index;
    this.embedder = embedder;
    this.fusion = fusion;
  }

  private record Source(String text, float[] vector) {}

  /**
   * @param passages how many to index
   * @return build rate, milliseconds of a search and of its parts, and how many of the exactly
   *     nearest passages the vector arm finds
   */
  public Map<String, Object> run(Path corpus, Path queries, int passages) throws IOException {
    List<String> questions = texts(queries).subList(0, Math.min(QUESTIONS, texts(queries).size()));
    String language = Language.of(questions.getFirst());
    List<Source> sources =
        texts(corpus).stream().limit(SOURCES).toList().parallelStream()
            .map(text -> new Source(text, embedder.passage(language, text)))
            .toList();
    float[][] vectors = new float[passages][];
    double buildSeconds = build(sources, language, vectors);
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("passages", index.passageCount());
    result.put("passages_per_minute", Math.round(passages / buildSeconds * 60));

    HybridRetriever retriever = new HybridRetriever(index, embedder, fusion);
    List<Double> whole = new ArrayList<>();
    List<Double> words = new ArrayList<>();
    List<Double> meaning = new ArrayList<>();
    List<Double> embedding = new ArrayList<>();
    for (int round = 0; round <= ROUNDS; round++) {
      for (String question : questions) {
        Query query = new Query(question, Set.of(), TOP);
        double searched = millis(() -> retriever.search(query, AccessScope.EVERYTHING));
        Query deep = query.withLimit(HybridRetriever.DEPTH);
        double byWords = millis(() -> index.byWords(deep, AccessScope.EVERYTHING));
        float[][] vector = new float[1][];
        double embedded = millis(() -> vector[0] = embedder.query(language, question));
        double byMeaning =
            millis(() -> index.byMeaning(language, vector[0], deep, AccessScope.EVERYTHING));
        if (round > 0) { // the first warms up
          whole.add(searched);
          words.add(byWords);
          embedding.add(embedded);
          meaning.add(byMeaning);
        }
      }
    }
    result.put("search_ms", percentiles(whole));
    result.put("words_ms", percentiles(words));
    result.put("embedding_ms", percentiles(embedding));
    result.put("meaning_ms", percentiles(meaning));
    result.put("nearest_found@" + TOP, found(questions, language, vectors));
    return result;
  }

  private double build(List<Source> sources, String language, float[][] vectors) {
    List<List<Chunk>> documents = new ArrayList<>();
    for (int i = 0; i < vectors.length; i++) {
      if (i % PASSAGES_OF_A_DOCUMENT == 0) {
        documents.add(new ArrayList<>());
      }
      Source a = sources.get(random.nextInt(sources.size()));
      Source b = sources.get(random.nextInt(sources.size()));
      vectors[i] = between(a.vector, b.vector);
      List<Chunk> document = documents.getLast();
      UUID id = document.isEmpty() ? UUID.randomUUID() : document.getFirst().documentId();
      document.add(
          new Chunk(
              id,
              1,
              document.size(),
              "eval",
              "Document " + documents.size(),
              "",
              null,
              null,
              language,
              a.text.substring(0, a.text.length() / 2)
                  + " "
                  + b.text.substring(b.text.length() / 2),
              Set.of(),
              vectors[i]));
    }
    long began = System.nanoTime();
    for (List<Chunk> document : documents) {
      index.replace(document.getFirst().documentId(), document);
    }
    return (System.nanoTime() - began) / 1e9;
  }

  private float[] between(float[] a, float[] b) {
    float[] vector = new float[a.length];
    double noise = NOISE / Math.sqrt(a.length);
    float share = random.nextFloat();
    double length = 0;
    for (int i = 0; i < vector.length; i++) {
      vector[i] = share * a[i] + (1 - share) * b[i] + (float) (noise * random.nextGaussian());
      length += vector[i] * vector[i];
    }
    for (int i = 0; i < vector.length; i++) {
      vector[i] /= (float) Math.sqrt(length);
    }
    return vector;
  }

  /** Compares with a look at every vector, by similarity: equally near ones are equally good. */
  private double found(List<String> questions, String language, float[][] vectors) {
    int right = 0;
    int asked = 0;
    for (String question : questions.subList(0, Math.min(50, questions.size()))) {
      float[] vector = embedder.query(language, question);
      double[] exact =
          IntStream.range(0, vectors.length)
              .parallel()
              .mapToDouble(i -> -dot(vector, vectors[i]))
              .sorted()
              .limit(TOP)
              .toArray();
      Query query = new Query(question, Set.of(), HybridRetriever.DEPTH);
      right +=
          (int)
              index.byMeaning(language, vector, query, AccessScope.EVERYTHING).stream()
                  .limit(TOP)
                  .filter(hit -> hit.score() >= -exact[exact.length - 1] - 1e-4)
                  .count();
      asked += exact.length;
    }
    return Math.round(1e4 * right / asked) / 1e4;
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static double millis(Runnable work) {
    long began = System.nanoTime();
    work.run();
    return (System.nanoTime() - began) / 1e6;
  }

  private static Map<String, Double> percentiles(List<Double> millis) {
    double[] sorted = millis.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    Map<String, Double> percentiles = new LinkedHashMap<>();
    for (int percent : List.of(50, 95, 99)) {
      int place = Math.min(sorted.length - 1, sorted.length * percent / 100);
      percentiles.put("p" + percent, Math.round(sorted[place] * 100) / 100.0);
    }
    percentiles.put("mean", Math.round(Arrays.stream(sorted).average().orElse(0) * 100) / 100.0);
    return percentiles;
  }

  private List<String> texts(Path file) throws IOException {
    List<String> texts = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      if (!line.isBlank()) {
        JsonNode node = json.readTree(line);
        texts.add(node.get("text").asString());
      }
    }
    return texts;
  }
}
