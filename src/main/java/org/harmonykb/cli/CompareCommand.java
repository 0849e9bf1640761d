package org.harmonykb.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.harmonykb.engine.format.ModelFile;
import org.harmonykb.engine.kernel.Activations;
import org.harmonykb.engine.quantization.ModelComparison;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Measures what a model has lost against the one that it was made of. */
@Command(
    name = "compare",
    description = "Compares two models' next-token distributions over a text.",
    mixinStandardHelpOptions = true)
final class CompareCommand implements Callable<Integer> {

  @Parameters(index = "0", paramLabel = "A", description = "the reference")
  private Path a = Path.of("");

  @Parameters(index = "1", paramLabel = "B")
  private Path b = Path.of("");

  @Option(names = "--text", required = true, paramLabel = "FILE")
  private Path text = Path.of("");

  @Option(
      names = "--window",
      paramLabel = "N",
      defaultValue = "512",
      description = "tokens that are read together; ${DEFAULT-VALUE} by default")
  private int window;

  @Option(
      names = "--tokens",
      paramLabel = "N",
      defaultValue = "0",
      description = "stop after so many tokens of the text")
  private int tokens;

  @Option(
      names = "--activations",
      paramLabel = "f32|int12|int10",
      defaultValue = "f32",
      description =
          "what B's tokens are multiplied with: int12 as if generated, int10 as if of a prompt;"
              + " ${DEFAULT-VALUE} by default")
  private String activations = "f32";

  @Option(names = "-t", paramLabel = "THREADS", defaultValue = "0")
  private int threads;

  @Option(names = "--json")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    String content = Files.readString(text);
    ProgressBar bar = new ProgressBar();
    ModelComparison.Result result;
    try (ModelFile first = ModelFile.open(a);
        ModelFile second = ModelFile.open(b)) {
      result =
          ModelComparison.run(
              first,
              second,
              content,
              window,
              tokens,
              Activations.valueOf(activations.toUpperCase(Locale.ROOT)),
              threads,
              share -> bar.show((long) (1000 * share), 1000));
    }
    bar.clear();
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("tokens", result.tokens());
    facts.put("kl_divergence", result.klDivergence());
    facts.put("kl_divergence_p99", result.klDivergence99());
    facts.put("same_top_token", result.sameTopToken());
    facts.put("perplexity_a", result.perplexityA());
    facts.put("perplexity_b", result.perplexityB());
    if (json) {
      System.out.println(EngineCommand.JSON.writeValueAsString(facts));
    } else {
      facts.forEach((key, value) -> System.out.printf("%-18s %s%n", key, value));
    }
    return 0;
  }
}
