package org.harmonykb.cli;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.harmonykb.answering.Answerer;
import org.harmonykb.answering.AnsweringService;
import org.harmonykb.answering.LanguageModel;
import org.harmonykb.answering.StandaloneAnswerer;
import org.harmonykb.documents.DocumentService;
import org.harmonykb.documents.DocumentState;
import org.harmonykb.documents.StoredDocument;
import org.harmonykb.engine.EngineStatus;
import org.harmonykb.evaluation.AnswerEvaluation;
import org.harmonykb.retrieval.OnnxEmbedder;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Measures answers. Questions with passages need nothing else; the others ask a service that is
 * started for the purpose on a port of its own, on the data folder or on a temporary one that takes
 * in the corpus folder.
 */
@Command(
    name = "answers",
    description = "Completeness, citations, refusals and time of answers on a question set.",
    mixinStandardHelpOptions = true)
final class EvalAnswersCommand implements Callable<Integer> {

  private static final int WAIT_MS = 500;

  private final Function<String[], ConfigurableApplicationContext> startServer;

  @Option(names = "--set", required = true, paramLabel = "F.jsonl")
  private Path set = Path.of("");

  @Option(
      names = "--mode",
      paramLabel = "extractive|generated|auto",
      defaultValue = "extractive",
      description = "who writes the answers; extractive by default")
  private String mode = "extractive";

  @Option(names = "--limit", paramLabel = "N", description = "the first N questions only")
  private int limit = Integer.MAX_VALUE;

  @Option(
      names = "--part",
      paramLabel = "all|tune|report",
      defaultValue = "all",
      description = "every second question, from the first or the second: to tune on, to report")
  private String part = "all";

  @Option(names = "--model", paramLabel = "F", description = "first of models/ by default")
  private @Nullable Path model;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "data folder whose index is asked; by default a temporary one of docs-corpus")
  private @Nullable Path data;

  @Option(names = "--trace", paramLabel = "F", description = "writes how each answer came about")
  private @Nullable Path trace;

  @Option(names = "--json")
  private boolean json;

  EvalAnswersCommand(Function<String[], ConfigurableApplicationContext> startServer) {
    this.startServer = startServer;
  }

  @Override
  public Integer call() throws IOException {
    Answerer.Mode wanted = Answerer.Mode.valueOf(mode.toUpperCase(Locale.ROOT));
    List<AnswerEvaluation.Line> lines = lines();
    Path modelFile = wanted == Answerer.Mode.EXTRACTIVE ? null : modelFile();
    PrintStream out = System.out;
    System.setOut(System.err); // a library's greeting must not get into the result
    Map<String, Object> result;
    try {
      result =
          AnswerEvaluation.needsIndex(lines)
              ? overIndex(lines, wanted, modelFile)
              : overPassages(lines, wanted, modelFile);
    } finally {
      System.setOut(out);
    }
    if (json) {
      out.println(EngineCommand.JSON.writeValueAsString(result));
    } else {
      result.forEach((key, value) -> out.printf("%-24s %s%n", key, value));
    }
    return 0;
  }

  private List<AnswerEvaluation.Line> lines() throws IOException {
    List<AnswerEvaluation.Line> all = AnswerEvaluation.read(set);
    boolean everything = part.equals("all");
    if (!everything && !part.equals("tune") && !part.equals("report")) {
      throw new IllegalArgumentException("--part is all, tune or report, not " + part);
    }
    int remainder = part.equals("tune") ? 0 : 1;
    return IntStream.range(0, all.size())
        .filter(i -> everything || i % 2 == remainder)
        .mapToObj(all::get)
        .limit(limit)
        .toList();
  }

  private @Nullable Path modelFile() throws IOException {
    Path models = Path.of("models");
    if (model != null || !Files.isDirectory(models)) {
      return model;
    }
    try (Stream<Path> files = Files.list(models)) {
      return files.filter(f -> f.toString().endsWith(".gguf")).sorted().findFirst().orElse(null);
    }
  }

  private Map<String, Object> overPassages(
      List<AnswerEvaluation.Line> lines, Answerer.Mode wanted, @Nullable Path modelFile)
      throws IOException {
    try (OnnxEmbedder embedder = new OnnxEmbedder();
        StandaloneAnswerer standalone = new StandaloneAnswerer(embedder, modelFile)) {
      Map<String, Object> result =
          run(new AnswerEvaluation(standalone.answerer(), null, wanted), lines, modelFile);
      addSteps(result, standalone.model());
      return result;
    }
  }

  private Map<String, Object> overIndex(
      List<AnswerEvaluation.Line> lines, Answerer.Mode wanted, @Nullable Path modelFile)
      throws IOException {
    Path folder = data == null ? Files.createTempDirectory("kb-eval") : data;
    try {
      try (ConfigurableApplicationContext service =
          startServer.apply(
              new String[] {
                "--server.port=0",
                "--kb.data-dir=" + folder,
                "--kb.model.path=" + (modelFile == null ? "none" : modelFile)
              })) {
        DocumentService documents = service.getBean(DocumentService.class);
        awaitDocuments(documents);
        Index index = new Index(service.getBean(AnsweringService.class), paths(documents));
        Map<String, Object> result =
            run(
                new AnswerEvaluation(
                    service.getBean(AnsweringService.class).answerer(), index, wanted),
                lines,
                modelFile);
        addSteps(result, service.getBean(LanguageModel.class));
        return result;
      }
    } finally {
      if (data == null) {
        EvalCommand.Retrieval.delete(folder);
      }
    }
  }

  /** What speculation saved, the warm-up's few tokens included. */
  private static void addSteps(Map<String, Object> result, LanguageModel model) {
    LanguageModel.Loaded loaded = model.loaded();
    if (loaded != null) {
      EngineStatus status = loaded.engine().status();
      long tokens = status.completionTokens();
      result.put("drafted_tokens", status.draftedTokens());
      result.put("accepted_tokens", status.acceptedTokens());
      result.put(
          "tokens_per_step",
          Math.round(1000.0 * tokens / Math.max(1, tokens - status.acceptedTokens())) / 1000.0);
    }
  }

  private record Index(AnsweringService answering, Map<UUID, String> paths)
      implements AnswerEvaluation.WholeIndex {

    @Override
    public @Nullable String path(UUID documentId) {
      return paths.get(documentId);
    }
  }

  static Map<UUID, String> paths(DocumentService documents) {
    Map<UUID, String> paths = new HashMap<>();
    for (StoredDocument document : documents.list(DocumentState.SEARCHABLE, null, null)) {
      paths.put(document.id(), document.externalId());
    }
    return paths;
  }

  /** Waits until the corpus is taken in: some documents are there and none is on its way. */
  static void awaitDocuments(DocumentService documents) {
    int calm = 0;
    int before = -1;
    while (calm < 4) {
      int all = documents.list(null, null, null).size();
      calm = all > 0 && all == before && documents.unfinished().isEmpty() ? calm + 1 : 0;
      before = all;
      try {
        Thread.sleep(WAIT_MS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted", e);
      }
    }
    System.err.println("kb: " + before + " documents are indexed");
  }

  private Map<String, Object> run(
      AnswerEvaluation evaluation, List<AnswerEvaluation.Line> lines, @Nullable Path modelFile)
      throws IOException {
    // The engine uses all processors for one answer.
    int threads = modelFile == null ? Runtime.getRuntime().availableProcessors() : 1;
    try (Writer traces = trace == null ? Writer.nullWriter() : writer(trace)) {
      return evaluation.run(
          lines,
          threads,
          done -> {
            if (done % 50 == 0 || done == lines.size()) {
              System.err.println("kb: " + done + " of " + lines.size() + " questions");
            }
          },
          record -> {
            try {
              traces.write(EngineCommand.JSON.writeValueAsString(record) + "\n");
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    }
  }

  private static BufferedWriter writer(Path file) throws IOException {
    return Files.newBufferedWriter(file);
  }
}
