package org.harmonykb.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.harmonykb.evaluation.RetrievalEvaluation;
import org.harmonykb.retrieval.HybridRetriever;
import org.harmonykb.retrieval.OnnxEmbedder;
import org.harmonykb.retrieval.ScoreFusion;
import org.harmonykb.retrieval.lucene.LuceneSearchIndex;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures the service's parts on question sets, without a running service. */
@Command(
    name = "eval",
    description = "Measures retrieval and answers on question sets.",
    mixinStandardHelpOptions = true,
    subcommands = EvalCommand.Retrieval.class)
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

    @Option(names = "--json")
    private boolean json;

    @Override
    public Integer call() throws IOException {
      ScoreFusion fusion =
          wordsWeight == null ? HybridRetriever.FUSION : new ScoreFusion(wordsWeight);
      Path folder = Files.createTempDirectory("kb-eval");
      try (OnnxEmbedder embedder = new OnnxEmbedder();
          LuceneSearchIndex index = new LuceneSearchIndex(folder)) {
        Map<String, Object> result =
            new RetrievalEvaluation(index, embedder, fusion).run(corpus, queries, qrels);
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

    static void delete(Path folder) throws IOException {
      try (Stream<Path> paths = Files.walk(folder)) {
        for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }
}
