package org.harmonykb.retrieval.lucene;

import static org.assertj.core.api.Assertions.assertThat;

import com.ibm.icu.text.Transliterator;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.charfilter.MappingCharFilter;
import org.apache.lucene.analysis.charfilter.NormalizeCharMap;
import org.apache.lucene.analysis.cjk.CJKBigramFilter;
import org.apache.lucene.analysis.cjk.CJKWidthFilter;
import org.apache.lucene.analysis.cn.smart.HMMChineseTokenizer;
import org.apache.lucene.analysis.icu.ICUTransformFilter;
import org.apache.lucene.analysis.icu.segmentation.ICUTokenizer;
import org.apache.lucene.analysis.miscellaneous.PerFieldAnalyzerWrapper;
import org.apache.lucene.analysis.standard.StandardTokenizer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.util.QueryBuilder;
import org.harmonykb.Fixtures;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Ways to cut Chinese into terms, each with BM25 alone on the two Chinese sets; the chosen one must
 * stay the best or next to it. Prints the table of docs/retrieval.md.
 */
class ChineseTokenizationTest {

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final BM25Similarity BM25 = new BM25Similarity(0.9f, 0.4f);
  private static final double MARGIN = 0.003;

  /** Of each set; {@code -Dkb.tokenization.questions=100000} for all. */
  private static final int QUESTIONS = Integer.getInteger("kb.tokenization.questions", 300);

  /** How characters become tokens, before they are folded. */
  private enum Cut {
    CHARACTERS,
    PAIRS,
    CHARACTERS_AND_PAIRS,
    SMART,
    FOLDED_SMART,
    ICU
  }

  @Test
  void chosenCutIsTheBestOrNextToIt() throws IOException {
    Map<String, Map<String, Analyzer>> variants = new LinkedHashMap<>();
    variants.put(
        "chosen", Map.of("a", PassageAnalyzers.chinese(), "b", PassageAnalyzers.chineseWords()));
    variants.put("pairs, not folded", Map.of("a", analyzer(Cut.PAIRS, false)));
    variants.put("pairs", Map.of("a", analyzer(Cut.PAIRS, true)));
    variants.put("characters", Map.of("a", analyzer(Cut.CHARACTERS, true)));
    variants.put("characters and pairs", Map.of("a", analyzer(Cut.CHARACTERS_AND_PAIRS, true)));
    variants.put("SmartChinese", Map.of("a", analyzer(Cut.SMART, true)));
    variants.put("ICU", Map.of("a", analyzer(Cut.ICU, true)));
    variants.put("SmartChinese, folded before", Map.of("a", analyzer(Cut.FOLDED_SMART, true)));
    variants.put(
        "pairs + SmartChinese, folded before",
        Map.of("a", analyzer(Cut.PAIRS, true), "b", analyzer(Cut.FOLDED_SMART, true)));
    variants.put(
        "pairs + SmartChinese",
        Map.of("a", analyzer(Cut.PAIRS, true), "b", analyzer(Cut.SMART, true)));
    variants.put(
        "pairs + ICU", Map.of("a", analyzer(Cut.PAIRS, true), "b", analyzer(Cut.ICU, true)));
    Map<String, Map<String, Double>> table = new LinkedHashMap<>();
    for (String set : List.of("cmrc-zh", "drcd-zh")) {
      Path folder = Fixtures.shared("data/retrieval/" + set);
      for (var variant : variants.entrySet()) {
        table
            .computeIfAbsent(variant.getKey(), name -> new LinkedHashMap<>())
            .put(set, ndcg(folder, variant.getValue()));
      }
    }
    table.forEach((name, scores) -> System.out.println(name + " " + scores));
    double chosen = mean(Objects.requireNonNull(table.get("chosen")));
    table.forEach(
        (name, scores) ->
            assertThat(chosen).as("against " + name).isGreaterThan(mean(scores) - MARGIN));
  }

  private static double mean(Map<String, Double> scores) {
    return scores.values().stream().mapToDouble(Double::doubleValue).average().orElse(0);
  }

  private static Analyzer analyzer(Cut cut, boolean folded) {
    return new Analyzer() {
      @Override
      protected Reader initReader(String field, Reader reader) {
        return cut == Cut.FOLDED_SMART ? new MappingCharFilter(SIMPLIFIED, reader) : reader;
      }

      @Override
      protected TokenStreamComponents createComponents(String field) {
        Tokenizer tokens =
            switch (cut) {
              case SMART, FOLDED_SMART -> new HMMChineseTokenizer();
              case ICU -> new ICUTokenizer();
              default -> new StandardTokenizer();
            };
        TokenStream terms = new LowerCaseFilter(new CJKWidthFilter(tokens));
        if (folded) {
          terms =
              new ICUTransformFilter(terms, Transliterator.getInstance("Traditional-Simplified"));
        }
        if (cut == Cut.PAIRS || cut == Cut.CHARACTERS_AND_PAIRS) {
          int han = CJKBigramFilter.HAN;
          terms = new CJKBigramFilter(terms, han, cut == Cut.CHARACTERS_AND_PAIRS);
        }
        return new TokenStreamComponents(tokens, terms);
      }
    };
  }

  /** Each traditional character as its simplified one. */
  private static final NormalizeCharMap SIMPLIFIED = simplified();

  private static NormalizeCharMap simplified() {
    Transliterator transliterator = Transliterator.getInstance("Traditional-Simplified");
    NormalizeCharMap.Builder map = new NormalizeCharMap.Builder();
    for (char c = 0x3400; c < 0xa000; c++) {
      String character = String.valueOf(c);
      String folded = transliterator.transliterate(character);
      if (!folded.equals(character)) {
        map.add(character, folded);
      }
    }
    return map.build();
  }

  private static double ndcg(Path folder, Map<String, Analyzer> fields) throws IOException {
    try (ByteBuffersDirectory directory = new ByteBuffersDirectory()) {
      Analyzer any = Objects.requireNonNull(fields.get("a"));
      IndexWriterConfig config =
          new IndexWriterConfig(new PerFieldAnalyzerWrapper(any, fields)).setSimilarity(BM25);
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        for (JsonNode passage : lines(folder.resolve("corpus.jsonl"))) {
          Document document = new Document();
          document.add(new StoredField("id", passage.get("_id").asString()));
          for (String field : fields.keySet()) {
            document.add(new TextField(field, passage.get("text").asString(), Field.Store.NO));
          }
          writer.addDocument(document);
        }
      }
      Map<String, String> right = new HashMap<>();
      for (String line : Files.readAllLines(folder.resolve("qrels.tsv"))) {
        String[] columns = line.split("\t");
        right.put(columns[0], columns[1]);
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        IndexSearcher searcher = new IndexSearcher(reader);
        searcher.setSimilarity(BM25);
        double gain = 0;
        int asked = 0;
        for (JsonNode question : lines(folder.resolve("queries.jsonl"))) {
          if (asked == QUESTIONS) {
            break;
          }
          BooleanQuery.Builder query = new BooleanQuery.Builder();
          fields.forEach(
              (field, analyzer) -> {
                QueryBuilder builder = new QueryBuilder(analyzer);
                builder.setEnableGraphQueries(false); // pairs over characters are many paths
                Query part = builder.createBooleanQuery(field, question.get("text").asString());
                if (part != null) {
                  query.add(part, BooleanClause.Occur.SHOULD);
                }
              });
          String wanted = right.get(question.get("_id").asString());
          ScoreDoc[] hits = searcher.search(query.build(), 10).scoreDocs;
          for (int i = 0; i < hits.length; i++) {
            if (reader.storedFields().document(hits[i].doc).get("id").equals(wanted)) {
              gain += Math.log(2) / Math.log(i + 2);
            }
          }
          asked++;
        }
        return Math.round(1e4 * gain / asked) / 1e4;
      }
    }
  }

  private static List<JsonNode> lines(Path file) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      if (!line.isBlank()) {
        lines.add(JSON.readTree(line));
      }
    }
    return lines;
  }
}
