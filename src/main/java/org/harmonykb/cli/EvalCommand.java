package org.harmonykb.cli;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.harmonykb.evaluation.RetrievalEvaluation;
import org.harmonykb.evaluation.SearchBenchmark;
import org.harmonykb.retrieval.EmbeddingProperties;
import org.harmonykb.retrieval.HybridRetriever;
import org.harmonykb.retrieval.OnnxEmbedder;
import org.harmonykb.retrieval.ScoreFusion;
import org.harmonykb.retrieval.lucene.LuceneSearchIndex;
import org.harmonykb.retrieval.lucene.VectorStorage;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.StandardEnvironment;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures the service's parts on question sets, without a running service. */
@Command(
    name = "eval",
    description = "Measures retrieval and answers on question sets.",
    mixinStandardHelpOptions = true,
    subcommands = {EvalCommand.Retrieval.class, EvalCommand.Speed.class})
final class EvalCommand {

  @Command(
      name = "retrieval",
      description = "Ranks of the right passages on a set in BEIR's form.",
      mixinStandardHelpOptions = true)
  static final class Retrieval implements Callable<Integer> {

    @Option(names = "--corpus", required = true, paramLabel = "F.jsonl")
    private Path corpus = Path.of("");

    @Option(names = "--queries", required = true, paramLabel = "F.jsonl")
    private Path queries = Path.of("");

    @Option(names = "--qrels", required = true, paramLabel = "F.tsv")
    private Path qrels = Path.of("");

    @Option(
        names = "--words-weight",
        paramLabel = "W",
        description = "another weight of the keyword arm, to compare")
    private @Nullable Double wordsWeight;

    @Option(
        names = "--trace",
        paramLabel = "F.jsonl",
        description = "both arms' results, to compare")
    private @Nullable Path trace;

    @Option(names = "--json")
    private boolean json;

    @Override
    public Integer call() throws IOException {
      Path folder = Files.createTempDirectory("kb-eval");
      try (OnnxEmbedder embedder = OnnxEmbedder.open(embedding());
          LuceneSearchIndex index = new LuceneSearchIndex(folder, embedder.spaces());
          Writer traces = trace == null ? Writer.nullWriter() : Files.newBufferedWriter(trace)) {
        ScoreFusion chosen = HybridRetriever.fusion(embedder);
        ScoreFusion fusion =
            wordsWeight == null
                ? chosen
                : new ScoreFusion(wordsWeight, chosen.scale(), chosen.otherLanguage());
        Map<String, Object> result =
            new RetrievalEvaluation(index, embedder, fusion, traces).run(corpus, queries, qrels);
        if (json) {
          System.out.println(EngineCommand.JSON.writeValueAsString(result));
        } else {
          result.forEach((key, value) -> System.out.printf("%-20s %s%n", key, value));
        }
      } finally {
        delete(folder);
      }
      return 0;
    }

    /** {@code kb.embedding.…} of the system properties and the environment. */
    static EmbeddingProperties embedding() {
      return Binder.get(new StandardEnvironment())
          .bindOrCreate("kb.embedding", EmbeddingProperties.class);
    }

    static void delete(Path folder) throws IOException {
      try (Stream<Path> paths = Files.walk(folder)) {
        for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  @Command(
      name = "speed",
      description = "Builds a large index from a set in BEIR's form and times searches in it.",
      mixinStandardHelpOptions = true)
  static final class Speed implements Callable<Integer> {

    @Option(names = "--corpus", required = true, paramLabel = "F.jsonl")
    private Path corpus = Path.of("");

    @Option(names = "--queries", required = true, paramLabel = "F.jsonl")
    private Path queries = Path.of("");

    @Option(names = "--passages", paramLabel = "N", defaultValue = "100000")
    private int passages;

    @Option(
        names = "--vectors",
        paramLabel = "FORM",
        description = "how vectors are searched: ${COMPLETION-CANDIDATES}")
    private VectorStorage vectors = LuceneSearchIndex.STORAGE;

    @Override
    public Integer call() throws IOException {
      Path folder = Files.createTempDirectory("kb-eval");
      try (OnnxEmbedder embedder = OnnxEmbedder.open(Retrieval.embedding());
          LuceneSearchIndex index = new LuceneSearchIndex(folder, embedder.spaces(), vectors)) {
        SearchBenchmark benchmark =
            new SearchBenchmark(index, embedder, HybridRetriever.fusion(embedder));
        System.out.println(
            EngineCommand.JSON.writeValueAsString(benchmark.run(corpus, queries, passages)));
      } finally {
        Retrieval.delete(folder);
      }
      return 0;
    }
  }
}
