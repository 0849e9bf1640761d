package org.harmonykb.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import org.harmonykb.engine.EngineOptions;
import org.harmonykb.engine.GenerationEvent;
import org.harmonykb.engine.GenerationRequest;
import org.harmonykb.engine.InferenceEngine;
import org.harmonykb.engine.MemoryStatus;
import org.harmonykb.engine.SamplingOptions;
import org.harmonykb.engine.TokenStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Measures prefill and decode as llama-bench does: random tokens, a warm-up, then the median of
 * some repeats. Each repeat has a prompt of its own, so that nothing is found in the cache.
 */
@Command(
    name = "bench",
    description = "Measures how fast a model runs here.",
    mixinStandardHelpOptions = true)
final class BenchCommand implements Callable<Integer> {

  private static final Duration WARM_UP = Duration.ofSeconds(10);

  @Option(names = "--model", required = true, paramLabel = "F")
  private Path model = Path.of("");

  @Option(names = "-p", paramLabel = "N", defaultValue = "512", description = "prompt tokens")
  private int promptTokens;

  @Option(names = "-n", paramLabel = "N", defaultValue = "32", description = "tokens to generate")
  private int generatedTokens;

  @Option(
      names = "-d",
      paramLabel = "DEPTH",
      defaultValue = "0",
      description = "tokens already in the cache")
  private int depth;

  @Option(
      names = "--activations",
      paramLabel = "f32|int12|int10",
      defaultValue = "int10",
      description =
          "f32, int12 for generated tokens, or int10 for prompts too; ${DEFAULT-VALUE} by default")
  private String activations = "int10";

  @Option(names = "-t", paramLabel = "THREADS", defaultValue = "0")
  private int threads;

  @Option(names = "-r", paramLabel = "REPEATS", defaultValue = "3")
  private int repeats;

  @Option(
      names = "--parallel",
      paramLabel = "N",
      defaultValue = "1",
      description = "requests side by side")
  private int parallel;

  @Mixin private MemoryMixin memory = new MemoryMixin();

  @Option(names = "--json")
  private boolean json;

  private final Random random = new Random(7);

  /** One run: rates in tokens per second, time to first token in milliseconds. */
  private record Run(double prefill, double decode, double firstTokenMs) {}

  /** One request of a run: prefill in tokens per second, and when each token came. */
  private record Request(double prefill, double firstTokenMs, List<Long> tokenNanos) {}

  @Override
  public Integer call() throws IOException {
    EngineOptions options =
        EngineOptions.DEFAULTS
            .withContextLength(depth + promptTokens + generatedTokens + 64)
            .withThreads(threads)
            .withSpeculation(false)
            .withActivations(
                EngineOptions.Activations.valueOf(activations.toUpperCase(Locale.ROOT)))
            .withMemory(memory.options());
    List<Run> runs = new ArrayList<>();
    MemoryStatus used;
    try (InferenceEngine engine = InferenceEngine.load(model, options)) {
      warmUp(engine);
      for (int r = 0; r < repeats; r++) {
        Run run = run(engine);
        System.err.printf("prefill %.1f tokens/s, decode %.1f tokens/s%n", run.prefill, run.decode);
        runs.add(run);
      }
      used = engine.status().memory();
    }
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("prefill_tps", round(median(runs.stream().mapToDouble(Run::prefill).toArray())));
    result.put("decode_tps", round(median(runs.stream().mapToDouble(Run::decode).toArray())));
    result.put("ttft_ms", round(median(runs.stream().mapToDouble(Run::firstTokenMs).toArray())));
    result.put("peak_rss_mb", peakMemory());
    if (used.slots() > 0) {
      result.put("expert_slots", used.slots());
      result.put("expert_hit_rate", round(used.hitRate()));
      result.put("read_gb", round(used.bytesRead() / 1e9));
    }
    if (json) {
      System.out.println(EngineCommand.JSON.writeValueAsString(result));
    } else {
      result.forEach((key, value) -> System.out.printf("%-12s %s%n", key, value));
    }
    return 0;
  }

  /**
   * Runs until pages are read and code is compiled: one run of a large model takes longer than
   * that, a small one has to be repeated, as a service would.
   */
  private void warmUp(InferenceEngine engine) {
    long start = System.nanoTime();
    do {
      run(engine);
    } while (System.nanoTime() - start < WARM_UP.toNanos());
  }

  private Run run(InferenceEngine engine) {
    List<int[]> prompts = new ArrayList<>();
    for (int i = 0; i < parallel; i++) {
      int[] context = tokens(engine, depth);
      int[] prompt = Arrays.copyOf(context, depth + promptTokens);
      System.arraycopy(tokens(engine, promptTokens), 0, prompt, depth, promptTokens);
      if (depth > 0) {
        measure(engine, context, 1);
      }
      prompts.add(prompt);
    }
    // Several prompts are read one after another, and should all be read before any answer ends.
    List<Request> read = measureAll(engine, prompts, parallel == 1 ? generatedTokens + 1 : 1);
    List<Request> written = parallel == 1 ? read : measureAll(engine, prompts, generatedTokens + 1);
    return new Run(
        read.stream().mapToDouble(Request::prefill).average().orElse(0),
        decodeOfAll(written),
        read.stream().mapToDouble(Request::firstTokenMs).average().orElse(0));
  }

  private List<Request> measureAll(InferenceEngine engine, List<int[]> prompts, int count) {
    List<Request> done = Collections.synchronizedList(new ArrayList<>());
    List<Thread> requests =
        prompts.stream()
            .map(
                prompt -> Thread.startVirtualThread(() -> done.add(measure(engine, prompt, count))))
            .toList();
    for (Thread request : requests) {
      try {
        request.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted", e);
      }
    }
    return done;
  }

  /** Tokens of all requests in a second, while all of them were writing. */
  private static double decodeOfAll(List<Request> requests) {
    long from = requests.stream().mapToLong(r -> r.tokenNanos.getFirst()).max().orElse(0);
    long to = requests.stream().mapToLong(r -> r.tokenNanos.getLast()).min().orElse(0);
    long tokens =
        requests.stream()
            .flatMap(request -> request.tokenNanos.stream())
            .filter(at -> at > from && at <= to)
            .count();
    return tokens / ((to - from) / 1e9);
  }

  private Request measure(InferenceEngine engine, int[] prompt, int count) {
    long start = System.nanoTime();
    int computed = prompt.length;
    List<Long> tokens = new ArrayList<>();
    try (TokenStream stream =
        engine.generate(
            new GenerationRequest(
                prompt, count, SamplingOptions.GREEDY, Set.of(), List.of(), null))) {
      while (stream.hasNext()) {
        switch (stream.next()) {
          case GenerationEvent.Token _ -> tokens.add(System.nanoTime());
          case GenerationEvent.Prefill prefill -> computed = prompt.length - prefill.cached();
          case GenerationEvent.Failed failed -> throw failed.cause();
          case GenerationEvent.Queued _, GenerationEvent.Finished _ -> {}
        }
      }
    }
    double seconds = (tokens.getFirst() - start) / 1e9;
    return new Request(computed / seconds, seconds * 1000, tokens);
  }

  private int[] tokens(InferenceEngine engine, int count) {
    int bound = engine.model().vocabularySize();
    return random.ints(count, bound / 100, bound).toArray();
  }

  private static double median(double[] values) {
    Arrays.sort(values);
    return values.length == 0 ? 0 : values[values.length / 2];
  }

  private static double round(double value) {
    return Math.round(value * 100) / 100.0;
  }

  /** The process's high-water mark in MiB, from Linux; 0 elsewhere. */
  private static long peakMemory() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.isReadable(status)) {
      return 0;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
        .findFirst()
        .orElse(0);
  }
}
