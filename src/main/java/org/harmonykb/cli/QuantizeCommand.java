package org.harmonykb.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.harmonykb.engine.format.ModelFile;
import org.harmonykb.engine.format.TensorType;
import org.harmonykb.engine.kernel.RowCodec;
import org.harmonykb.engine.quantization.ImportanceMatrix;
import org.harmonykb.engine.quantization.ModelQuantizer;
import org.harmonykb.engine.quantization.QuantizationOptions;
import org.harmonykb.engine.quantization.QuantizationOptions.Target;
import org.harmonykb.engine.quantization.TensorPlan;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** Makes a smaller model of a model. */
@Command(
    name = "quantize",
    description = "Writes a model with smaller weights to a GGUF file.",
    mixinStandardHelpOptions = true)
final class QuantizeCommand implements Callable<Integer> {

  @Parameters(index = "0", paramLabel = "IN", description = "a model of any known format")
  private Path in = Path.of("");

  @Parameters(index = "1", paramLabel = "OUT", description = "the GGUF file to write")
  private Path out = Path.of("");

  @Option(
      names = "--type",
      required = true,
      paramLabel = "T",
      converter = TargetConverter.class,
      description = "q4_0, q8_0, mxfp4, or int4-mixed: experts in 4 bits, all others in 8")
  private Target target = Target.INT4_MIXED;

  @Option(
      names = "--imatrix",
      paramLabel = "FILE",
      description = "importance of columns as llama-imatrix writes it")
  private @Nullable Path imatrix;

  @Option(
      names = "--embeddings",
      paramLabel = "T",
      defaultValue = "q8_0",
      converter = TypeConverter.class,
      description = "type of the embeddings; ${DEFAULT-VALUE} by default")
  private TensorType embeddings = TensorType.Q8_0;

  @Option(
      names = "--output",
      paramLabel = "T",
      defaultValue = "q8_0",
      converter = TypeConverter.class,
      description = "type of the output matrix; ${DEFAULT-VALUE} by default")
  private TensorType output = TensorType.Q8_0;

  @Option(
      names = "--reference",
      description = "round as ggml does instead of searching for better scales")
  private boolean reference;

  @Option(names = "-t", paramLabel = "THREADS", defaultValue = "0")
  private int threads;

  @Option(names = "--json")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    QuantizationOptions options =
        new QuantizationOptions(
            target,
            embeddings,
            output,
            imatrix == null ? null : ImportanceMatrix.read(imatrix),
            reference ? RowCodec.Rounding.REFERENCE : RowCodec.Rounding.SEARCH,
            threads);
    long start = System.nanoTime();
    Lines lines = new Lines(json ? System.err : System.out);
    try (ModelFile model = ModelFile.open(in)) {
      ModelQuantizer.Result result = ModelQuantizer.run(model, out, options, lines);
      lines.bar.clear();
      double seconds = (System.nanoTime() - start) / 1e9;
      Map<String, Object> facts = new LinkedHashMap<>();
      facts.put("source_bytes", result.sourceBytes());
      facts.put("bytes", result.bytes());
      facts.put("ratio", Math.round(1000.0 * result.bytes() / result.sourceBytes()) / 1000.0);
      facts.put("seconds", Math.round(seconds * 10) / 10.0);
      facts.put("tensors", lines.counts);
      if (json) {
        System.out.println(EngineCommand.JSON.writeValueAsString(facts));
      } else {
        facts.forEach((key, value) -> System.out.printf("%-16s %s%n", key, value));
      }
    }
    return 0;
  }

  /** A line per tensor, the bar below. */
  private static final class Lines implements ModelQuantizer.Listener {

    private final ProgressBar bar = new ProgressBar();
    private final PrintStream out;
    private final Map<String, Integer> counts = new LinkedHashMap<>();

    Lines(PrintStream out) {
      this.out = out;
    }

    @Override
    public void tensor(TensorPlan plan) {
      bar.clear();
      counts.merge(plan.type().name(), 1, Integer::sum);
      out.printf(
          Locale.ROOT,
          "%-36s %-20s %6s -> %-6s %9.2f MiB%s%n",
          plan.source().name(),
          Arrays.toString(plan.source().shape()),
          plan.source().type(),
          plan.type(),
          plan.bytes() / 1048576.0,
          plan.note().isEmpty() ? "" : "  " + plan.note());
    }

    @Override
    public void progress(long done, long total) {
      bar.show(done, total);
    }
  }

  private static final class TargetConverter implements ITypeConverter<Target> {
    @Override
    public Target convert(String value) {
      return switch (value.toLowerCase(Locale.ROOT)) {
        case "q4_0" -> Target.Q4_0;
        case "q8_0" -> Target.Q8_0;
        case "mxfp4" -> Target.MXFP4;
        case "int4-mixed" -> Target.INT4_MIXED;
        default ->
            throw new TypeConversionException(
                "'" + value + "' is none of q4_0, q8_0, mxfp4, int4-mixed");
      };
    }
  }

  private static final class TypeConverter implements ITypeConverter<TensorType> {
    @Override
    public TensorType convert(String value) {
      List<TensorType> known =
          Arrays.stream(TensorType.values()).filter(RowCodec::canEncode).toList();
      for (TensorType type : known) {
        if (type.name().equalsIgnoreCase(value)) {
          return type;
        }
      }
      throw new TypeConversionException("'" + value + "' is none of " + known);
    }
  }
}
