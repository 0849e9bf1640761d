package org.harmonykb.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.harmonykb.engine.EngineOptions;
import org.harmonykb.engine.GenerationEvent;
import org.harmonykb.engine.GenerationRequest;
import org.harmonykb.engine.InferenceEngine;
import org.harmonykb.engine.SamplingOptions;
import org.harmonykb.engine.TokenStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Measures what cached keys and values save: the time to the first token of a conversation that is
 * read whole, of its next turn, and of its next turn after a restart of the engine.
 */
@Command(
    name = "turns",
    description = "Measures the next turn of a conversation against reading all of it.",
    mixinStandardHelpOptions = true)
final class TurnsCommand implements Callable<Integer> {

  @Option(names = "--model", required = true, paramLabel = "F")
  private Path model = Path.of("");

  @Option(
      names = "-p",
      paramLabel = "N",
      defaultValue = "2000",
      description = "tokens of the conversation")
  private int length;

  @Option(
      names = "--more",
      paramLabel = "N",
      defaultValue = "60",
      description = "tokens that a turn adds")
  private int more;

  @Option(names = "-t", paramLabel = "THREADS", defaultValue = "0")
  private int threads;

  @Mixin private MemoryMixin memory = new MemoryMixin();

  @Option(names = "--json")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    Path folder = Files.createTempDirectory("kb-turns");
    try {
      EngineOptions options =
          EngineOptions.DEFAULTS
              .withContextLength(length + 3 * more + 64)
              .withThreads(threads)
              .withMemory(memory.options())
              .withKvCacheOnDisk(folder, 4L << 30);
      Map<String, Object> result = measure(options);
      if (json) {
        System.out.println(EngineCommand.JSON.writeValueAsString(result));
      } else {
        result.forEach((key, value) -> System.out.printf("%-16s %s%n", key, value));
      }
    } finally {
      delete(folder);
    }
    return 0;
  }

  private Map<String, Object> measure(EngineOptions options) {
    Random random = new Random(7);
    double whole;
    double next;
    int[] conversation;
    try (InferenceEngine engine = InferenceEngine.load(model, options)) {
      int bound = engine.model().vocabularySize();
      conversation = random.ints(length, bound / 100, bound).toArray();
      engine.warmUp();
      whole = firstTokenMs(engine, conversation);
      conversation = longer(conversation, random, bound);
      next = firstTokenMs(engine, conversation);
      conversation = longer(conversation, random, bound);
    }
    double load;
    double restarted;
    long begun = System.nanoTime();
    try (InferenceEngine engine = InferenceEngine.load(model, options)) {
      load = (System.nanoTime() - begun) / 1e6;
      restarted = firstTokenMs(engine, conversation);
    }
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("whole_ms", Math.round(whole));
    result.put("next_turn_ms", Math.round(next));
    result.put("next_turn_share", Math.round(1000 * next / whole) / 1000.0);
    result.put("load_ms", Math.round(load));
    result.put("restart_ms", Math.round(restarted));
    result.put("restart_share", Math.round(1000 * restarted / whole) / 1000.0);
    return result;
  }

  private int[] longer(int[] conversation, Random random, int bound) {
    int[] turn = random.ints(more, bound / 100, bound).toArray();
    int[] all = Arrays.copyOf(conversation, conversation.length + more);
    System.arraycopy(turn, 0, all, conversation.length, more);
    return all;
  }

  private static double firstTokenMs(InferenceEngine engine, int[] prompt) {
    long begun = System.nanoTime();
    double first = 0;
    try (TokenStream stream =
        engine.generate(
            new GenerationRequest(prompt, 1, SamplingOptions.GREEDY, Set.of(), List.of(), null))) {
      while (stream.hasNext()) {
        switch (stream.next()) {
          case GenerationEvent.Token _ -> first = (System.nanoTime() - begun) / 1e6;
          case GenerationEvent.Failed failed -> throw failed.cause();
          case GenerationEvent.Prefill _, GenerationEvent.Queued _, GenerationEvent.Finished _ -> {}
        }
      }
    }
    return first;
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
