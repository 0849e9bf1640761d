package org.harmonykb.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.StreamSupport;
import org.harmonykb.answering.QuestionCondenser;
import org.harmonykb.documents.DocumentService;
import org.harmonykb.retrieval.AccessScope;
import org.harmonykb.retrieval.Passage;
import org.harmonykb.retrieval.Query;
import org.harmonykb.retrieval.RetrievalTrace;
import org.harmonykb.retrieval.Retriever;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/**
 * How often the right document is among the first five passages of the whole index, by kind of
 * question. Takes the questions of docs-corpus: {@code question}, {@code history}, {@code
 * documents} and {@code type}.
 */
@Command(
    name = "questions",
    description = "Recall of the right documents for questions over a whole index.",
    mixinStandardHelpOptions = true)
final class EvalQuestionsCommand implements Callable<Integer> {

  private static final int TOP = 5;
  private static final int TRACED = 100;

  private final Function<String[], ConfigurableApplicationContext> startServer;

  @Option(names = "--set", required = true, paramLabel = "F.jsonl")
  private Path set = Path.of("");

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "data folder whose index is asked; by default a temporary one of docs-corpus")
  private @Nullable Path data;

  @Option(names = "--trace", paramLabel = "F.jsonl", description = "both arms' results, to compare")
  private @Nullable Path trace;

  @Option(names = "--json")
  private boolean json;

  EvalQuestionsCommand(Function<String[], ConfigurableApplicationContext> startServer) {
    this.startServer = startServer;
  }

  @Override
  public Integer call() throws IOException {
    Path folder = data == null ? Files.createTempDirectory("kb-eval") : data;
    PrintStream out = System.out;
    System.setOut(System.err); // the service's log must not get into the result
    try (ConfigurableApplicationContext service =
        startServer.apply(
            new String[] {"--server.port=0", "--kb.data-dir=" + folder, "--kb.model.path=none"})) {
      DocumentService documents = service.getBean(DocumentService.class);
      EvalAnswersCommand.awaitDocuments(documents);
      Map<String, Object> result =
          ask(service.getBean(Retriever.class), EvalAnswersCommand.paths(documents));
      if (json) {
        out.println(EngineCommand.JSON.writeValueAsString(result));
      } else {
        result.forEach((key, value) -> out.printf("%-20s %s%n", key, value));
      }
    } finally {
      System.setOut(out);
      if (data == null) {
        EvalCommand.Retrieval.delete(folder);
      }
    }
    return 0;
  }

  private Map<String, Object> ask(Retriever retriever, Map<UUID, String> paths) throws IOException {
    Map<String, int[]> foundOf = new LinkedHashMap<>();
    List<String> missed = new ArrayList<>();
    List<String> traces = new ArrayList<>();
    for (String line : Files.readAllLines(set)) {
      JsonNode question = EngineCommand.JSON.readTree(line.isBlank() ? "{}" : line);
      Set<String> right = Set.copyOf(texts(question.path("documents")));
      if (right.isEmpty()) {
        continue; // unanswerable, or no question
      }
      String text =
          QuestionCondenser.condense(
              question.get("question").asString(),
              StreamSupport.stream(question.path("history").spliterator(), false)
                  .map(turn -> turn.get("question").asString())
                  .toList());
      RetrievalTrace found =
          retriever.trace(new Query(text, Set.of(), TRACED), AccessScope.EVERYTHING);
      boolean hit =
          found.candidates().stream()
              .limit(TOP)
              .anyMatch(c -> right.contains(paths.getOrDefault(c.passage().documentId(), "")));
      int[] counts =
          foundOf.computeIfAbsent(question.path("type").asString("all"), t -> new int[2]);
      counts[0] += hit ? 1 : 0;
      counts[1]++;
      if (!hit) {
        missed.add(text);
      }
      if (trace != null) {
        traces.add(EngineCommand.JSON.writeValueAsString(traced(text, question, found, paths)));
      }
    }
    if (trace != null) {
      Files.write(trace, traces);
    }
    Map<String, Object> result = new LinkedHashMap<>();
    foundOf.forEach((type, counts) -> result.put(type, counts[0] + "/" + counts[1]));
    result.put("missed", missed);
    return result;
  }

  private static Map<String, Object> traced(
      String text, JsonNode question, RetrievalTrace found, Map<UUID, String> paths) {
    Map<String, Object> trace = new LinkedHashMap<>();
    trace.put("question", text);
    trace.put("attainable", found.attainable());
    trace.put("type", question.path("type").asString("all"));
    trace.put("documents", texts(question.path("documents")));
    trace.put(
        "candidates",
        found.candidates().stream()
            .map(RetrievalTrace.Candidate::passage)
            .map(p -> candidate(p, paths.getOrDefault(p.documentId(), "")))
            .toList());
    return trace;
  }

  private static List<Object> candidate(Passage p, String path) {
    return List.of(
        path, p.language(), p.keywordRank(), p.keywordScore(), p.vectorRank(), p.similarity());
  }

  private static List<String> texts(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asString).toList();
  }
}
