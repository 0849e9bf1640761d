package org.harmonykb.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.harmonykb.engine.format.ModelFile;
import org.harmonykb.engine.quantization.SyntheticModel;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Makes models to measure with, where the real one is not at hand. */
@Command(
    name = "synth",
    description =
        "Writes a gpt-oss model of random weights: right in size and speed, without sense.",
    mixinStandardHelpOptions = true)
final class SynthCommand implements Callable<Integer> {

  @Option(
      names = "--shape",
      required = true,
      paramLabel = "S",
      converter = ShapeConverter.class,
      description = "gpt-oss-20b (12 GB) or tiny (4 MB)")
  private SyntheticModel.Shape shape = SyntheticModel.Shape.TINY;

  @Option(names = "--out", required = true, paramLabel = "F")
  private Path out = Path.of("");

  @Option(names = "--seed", paramLabel = "N", defaultValue = "1")
  private long seed;

  @Option(
      names = "--router",
      paramLabel = "R",
      defaultValue = "uniform",
      converter = RouterConverter.class,
      description = "uniform, or skewed: half of the experts serve 80 %% of the choices")
  private SyntheticModel.Router router = SyntheticModel.Router.UNIFORM;

  @Option(
      names = "--vocab",
      paramLabel = "F.gguf",
      description = "whose tokenizer to copy; one of plain bytes by default")
  private @Nullable Path vocabulary;

  @Option(names = "--json")
  private boolean json;

  @Override
  public Integer call() {
    long start = System.nanoTime();
    long bytes;
    ProgressBar bar = new ProgressBar();
    if (vocabulary == null) {
      bytes = SyntheticModel.write(shape, out, seed, router, null, bar::show);
    } else {
      try (ModelFile file = ModelFile.open(vocabulary)) {
        bytes = SyntheticModel.write(shape, out, seed, router, file.metadata(), bar::show);
      }
    }
    bar.clear();
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("bytes", bytes);
    facts.put("seconds", Math.round((System.nanoTime() - start) / 1e8) / 10.0);
    if (json) {
      System.out.println(EngineCommand.JSON.writeValueAsString(facts));
    } else {
      facts.forEach((key, value) -> System.out.printf("%-16s %s%n", key, value));
    }
    return 0;
  }

  private static final class ShapeConverter implements ITypeConverter<SyntheticModel.Shape> {
    @Override
    public SyntheticModel.Shape convert(String value) {
      return switch (value) {
        case "gpt-oss-20b" -> SyntheticModel.Shape.GPT_OSS_20B;
        case "tiny" -> SyntheticModel.Shape.TINY;
        default ->
            throw new TypeConversionException("'" + value + "' is neither gpt-oss-20b nor tiny");
      };
    }
  }

  private static final class RouterConverter implements ITypeConverter<SyntheticModel.Router> {
    @Override
    public SyntheticModel.Router convert(String value) {
      return switch (value.toLowerCase(Locale.ROOT)) {
        case "uniform" -> SyntheticModel.Router.UNIFORM;
        case "skewed" -> SyntheticModel.Router.SKEWED;
        default ->
            throw new TypeConversionException("'" + value + "' is neither uniform nor skewed");
      };
    }
  }
}
