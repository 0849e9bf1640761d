package org.harmonykb.evaluation;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.harmonykb.retrieval.AccessScope;
import org.harmonykb.retrieval.Chunk;
import org.harmonykb.retrieval.Embedder;
import org.harmonykb.retrieval.HybridRetriever;
import org.harmonykb.retrieval.Language;
import org.harmonykb.retrieval.Passage;
import org.harmonykb.retrieval.Query;
import org.harmonykb.retrieval.ScoreFusion;
import org.harmonykb.retrieval.SearchIndex;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Ranks of the right passages on a set in BEIR's form, for each arm and for both fused. */
public final class RetrievalEvaluation {

  private static final int DEPTH = HybridRetriever.DEPTH;

  private final SearchIndex index;
  private final Embedder embedder;
  private final ScoreFusion fusion;
  private final Writer traces;
  private final JsonMapper json = JsonMapper.builder().build();

  /**
   * @param traces takes a JSON line for each question with both arms' results
   */
  public RetrievalEvaluation(
      SearchIndex index, Embedder embedder, ScoreFusion fusion, Writer traces) {
    this.index = index;
    this.embedder = embedder;
    this.fusion = fusion;
    this.traces = traces;
  }

  private record Question(String text, Map<String, Integer> relevant) {}

  /** Sums over questions. */
  private static final class Scores {
    double ndcg10;
    double recall5;
    double recall10;
    double recall100;
    double reciprocalRank;

    void add(List<String> ranked, Map<String, Integer> relevant) {
      double gain = 0;
      int found = 0;
      boolean first = true;
      for (int i = 0; i < ranked.size(); i++) {
        int grade = relevant.getOrDefault(ranked.get(i), 0);
        if (grade > 0) {
          found++;
          if (first) {
            reciprocalRank += 1.0 / (i + 1);
            first = false;
          }
          gain += i < 10 ? grade / log2(i + 2) : 0;
        }
        if (i == 4) {
          recall5 += (double) found / relevant.size();
        }
        if (i == 9) {
          recall10 += (double) found / relevant.size();
        }
      }
      recall5 += ranked.size() < 5 ? (double) found / relevant.size() : 0;
      recall10 += ranked.size() < 10 ? (double) found / relevant.size() : 0;
      recall100 += (double) found / relevant.size();
      int[] grades =
          relevant.values().stream()
              .mapToInt(Integer::intValue)
              .map(g -> -g)
              .sorted()
              .limit(10)
              .map(g -> -g)
              .toArray();
      double ideal =
          IntStream.range(0, grades.length).mapToDouble(i -> grades[i] / log2(i + 2)).sum();
      ndcg10 += gain / ideal;
    }

    Map<String, Object> means(int questions) {
      Map<String, Object> means = new LinkedHashMap<>();
      means.put("ndcg@10", round(ndcg10 / questions));
      means.put("recall@5", round(recall5 / questions));
      means.put("recall@10", round(recall10 / questions));
      means.put("recall@100", round(recall100 / questions));
      means.put("mrr", round(reciprocalRank / questions));
      return means;
    }

    private static double log2(int x) {
      return Math.log(x) / Math.log(2);
    }

    private static double round(double value) {
      return Math.round(value * 1e4) / 1e4;
    }
  }

  /** Indexes the corpus and asks all questions that have a judgement. */
  public Map<String, Object> run(Path corpus, Path queries, Path qrels) throws IOException {
    Map<String, String> idOf = index(corpus);
    List<Question> questions = questions(queries, qrels);
    Scores words = new Scores();
    Scores meaning = new Scores();
    Scores hybrid = new Scores();
    long started = System.nanoTime();
    for (Question question : questions) {
      Query query = new Query(question.text, Set.of(), DEPTH);
      String language = Language.of(question.text);
      List<SearchIndex.Hit> byWords = index.byWords(query, AccessScope.EVERYTHING);
      List<SearchIndex.Hit> byMeaning =
          index.byMeaning(
              language, embedder.query(language, question.text), query, AccessScope.EVERYTHING);
      words.add(
          ids(byWords.stream().map(SearchIndex.Hit::passage).toList(), idOf), question.relevant);
      meaning.add(
          ids(byMeaning.stream().map(SearchIndex.Hit::passage).toList(), idOf), question.relevant);
      double attainable = index.attainable(question.text);
      hybrid.add(
          ids(fusion.fuse(byWords, byMeaning, language, attainable, DEPTH), idOf),
          question.relevant);
      Map<String, Object> trace = new LinkedHashMap<>();
      trace.put("question", question.text);
      trace.put("relevant", question.relevant);
      trace.put("attainable", attainable);
      trace.put("words", scores(byWords, idOf));
      trace.put("meaning", scores(byMeaning, idOf));
      traces.write(json.writeValueAsString(trace) + "\n");
    }
    double seconds = (System.nanoTime() - started) / 1e9;
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("bm25", words.means(questions.size()));
    result.put("vector", meaning.means(questions.size()));
    result.put("hybrid", hybrid.means(questions.size()));
    result.put("queries", questions.size());
    result.put("queries_per_second", Math.round(questions.size() / seconds * 10) / 10.0);
    return result;
  }

  private Map<String, String> index(Path corpus) throws IOException {
    UUID document = UUID.randomUUID();
    List<String> lines =
        Files.readAllLines(corpus).stream().filter(line -> !line.isBlank()).toList();
    Map<String, String> idOf = new HashMap<>();
    Chunk[] chunks = new Chunk[lines.size()];
    IntStream.range(0, lines.size())
        .parallel()
        .forEach(
            i -> {
              JsonNode line = json.readTree(lines.get(i));
              String text = line.get("text").asString();
              String title = line.has("title") ? line.get("title").asString() : "";
              String language = Language.of(text);
              Chunk chunk =
                  new Chunk(
                      document, 1, i, "eval", title, "", null, null, language, text, Set.of(),
                      null);
              chunks[i] = chunk.withVector(embedder.passage(language, chunk.embeddedText()));
            });
    for (int i = 0; i < chunks.length; i++) {
      idOf.put(chunks[i].id(), json.readTree(lines.get(i)).get("_id").asString());
    }
    index.replace(document, List.of(chunks));
    return idOf;
  }

  private List<Question> questions(Path queries, Path qrels) throws IOException {
    Map<String, Map<String, Integer>> relevant = new HashMap<>();
    for (String line : Files.readAllLines(qrels)) {
      String[] columns = line.split("\t");
      if (columns.length == 3 && columns[2].matches("\\d+") && !columns[2].equals("0")) {
        relevant
            .computeIfAbsent(columns[0], id -> new HashMap<>())
            .put(columns[1], Integer.parseInt(columns[2]));
      }
    }
    List<Question> questions = new ArrayList<>();
    for (String line : Files.readAllLines(queries)) {
      if (!line.isBlank()) {
        JsonNode query = json.readTree(line);
        Map<String, Integer> judged = relevant.get(query.get("_id").asString());
        if (judged != null) {
          questions.add(new Question(query.get("text").asString(), judged));
        }
      }
    }
    if (questions.isEmpty()) {
      throw new IllegalArgumentException("no question of " + queries + " is judged in " + qrels);
    }
    return questions;
  }

  private static Map<String, Double> scores(List<SearchIndex.Hit> hits, Map<String, String> idOf) {
    Map<String, Double> scores = new LinkedHashMap<>();
    hits.forEach(
        hit -> scores.put(idOf.getOrDefault(hit.passage().id(), hit.passage().id()), hit.score()));
    return scores;
  }

  private static List<String> ids(List<Passage> passages, Map<String, String> idOf) {
    return passages.stream().map(p -> idOf.getOrDefault(p.id(), p.id())).toList();
  }
}
