package org.harmonykb.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.harmonykb.engine.AdapterChoice;
import org.harmonykb.engine.EngineOptions;
import org.harmonykb.engine.GenerationEvent;
import org.harmonykb.engine.GenerationRequest;
import org.harmonykb.engine.InferenceEngine;
import org.harmonykb.engine.ModelInfo;
import org.harmonykb.engine.SamplingOptions;
import org.harmonykb.engine.TokenStream;
import org.harmonykb.engine.Tokenizer;
import org.harmonykb.engine.format.ModelFile;
import org.harmonykb.engine.kernel.Activations;
import org.harmonykb.engine.kernel.Compute;
import org.harmonykb.engine.kernel.KvLayout;
import org.harmonykb.engine.kvcache.KvCache;
import org.harmonykb.engine.kvcache.KvSequence;
import org.harmonykb.engine.model.Architectures;
import org.harmonykb.engine.model.Batch;
import org.harmonykb.engine.model.LoraAdapter;
import org.harmonykb.engine.model.LoraChoice;
import org.harmonykb.engine.model.ModelConfig;
import org.harmonykb.engine.model.Transformer;
import org.harmonykb.engine.paging.MemoryPlan;
import org.harmonykb.engine.paging.WeightStore;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

/** The engine without the service: what a file holds, what it says, and how fast. */
@Command(
    name = "engine",
    description = "Looks into model files and runs them.",
    mixinStandardHelpOptions = true,
    subcommands = {
      EngineCommand.Info.class,
      EngineCommand.Generate.class,
      EngineCommand.Logits.class,
      BenchCommand.class,
      TurnsCommand.class,
      TokenizeCommand.class,
      QuantizeCommand.class,
      SynthCommand.class,
      CompareCommand.class
    })
final class EngineCommand {

  static final JsonMapper JSON = JsonMapper.builder().build();

  @Command(
      name = "info",
      description = "Prints what a model file holds.",
      mixinStandardHelpOptions = true)
  static final class Info implements Callable<Integer> {

    @Parameters(paramLabel = "FILE")
    private Path file = Path.of("");

    @Option(names = "--json")
    private boolean json;

    @Override
    public Integer call() {
      try (InferenceEngine engine =
          InferenceEngine.load(file, EngineOptions.DEFAULTS.withContextLength(0))) {
        ModelInfo info = engine.model();
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("name", info.name());
        facts.put("architecture", info.architecture());
        facts.put("file_bytes", info.fileBytes());
        facts.put("parameters", info.parameterCount());
        facts.put("vocabulary", info.vocabularySize());
        facts.put("context_length", info.trainedContextLength());
        facts.put("tensor_types", info.tensorTypes());
        if (json) {
          System.out.println(JSON.writeValueAsString(facts));
        } else {
          facts.forEach((key, value) -> System.out.printf("%-16s %s%n", key, value));
        }
      }
      return 0;
    }
  }

  @Command(name = "generate", description = "Continues a text.", mixinStandardHelpOptions = true)
  static final class Generate implements Callable<Integer> {

    @Option(names = "--model", required = true, paramLabel = "F")
    private Path model = Path.of("");

    @Option(names = "--prompt", required = true, paramLabel = "TEXT")
    private String prompt = "";

    @Option(
        names = "-n",
        paramLabel = "N",
        defaultValue = "64",
        description = "tokens; ${DEFAULT-VALUE} by default")
    private int count;

    @Option(names = "--temperature", paramLabel = "T", defaultValue = "0")
    private double temperature;

    @Option(names = "--seed", paramLabel = "S", defaultValue = "0")
    private long seed;

    @Option(names = "-t", paramLabel = "THREADS", defaultValue = "0")
    private int threads;

    @Option(
        names = "--lora",
        paramLabel = "F",
        description = "LoRA adapter: a GGUF file or a PEFT directory")
    private @Nullable Path lora;

    @Option(names = "--scale", paramLabel = "S", defaultValue = "1")
    private float scale = 1;

    @Mixin private MemoryMixin memory = new MemoryMixin();

    @Option(names = "--json")
    private boolean json;

    @Override
    public Integer call() {
      EngineOptions options =
          EngineOptions.DEFAULTS
              .withContextLength(0)
              .withThreads(threads)
              .withMemory(memory.options());
      try (InferenceEngine engine = InferenceEngine.load(model, options)) {
        Tokenizer tokenizer = engine.tokenizer();
        int[] input = prompt(tokenizer, prompt);
        Set<Integer> stops =
            tokenizer.eosToken().isPresent() ? Set.of(tokenizer.eosToken().getAsInt()) : Set.of();
        SamplingOptions sampling = new SamplingOptions(temperature, 0, 1, 0, 1, seed);
        AdapterChoice adapter = null;
        if (lora != null) {
          adapter = new AdapterChoice(engine.loadAdapter("lora", lora, scale).name(), null);
        }
        List<Integer> output = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        try (TokenStream stream =
            engine.generate(
                new GenerationRequest(input, count, sampling, stops, List.of(), null, adapter))) {
          while (stream.hasNext()) {
            switch (stream.next()) {
              case GenerationEvent.Token token -> {
                output.add(token.id());
                emit(token.text(), text);
              }
              case GenerationEvent.Finished finished -> emit(finished.text(), text);
              case GenerationEvent.Failed failed -> throw failed.cause();
              case GenerationEvent.Queued _, GenerationEvent.Prefill _ -> {}
            }
          }
        }
        if (json) {
          Map<String, Object> result = new LinkedHashMap<>();
          result.put("input", input);
          result.put("output", output);
          result.put("text", text.toString());
          System.out.println(JSON.writeValueAsString(result));
        } else {
          System.out.println();
        }
      }
      return 0;
    }

    private void emit(String piece, StringBuilder text) {
      text.append(piece);
      if (!json) {
        System.out.print(piece);
        System.out.flush();
      }
    }

    private static int[] prompt(Tokenizer tokenizer, String text) {
      int[] ids = tokenizer.encodeWithSpecial(text);
      if (!tokenizer.addsBos() || tokenizer.bosToken().isEmpty()) {
        return ids;
      }
      int[] withBos = new int[ids.length + 1];
      withBos[0] = tokenizer.bosToken().getAsInt();
      System.arraycopy(ids, 0, withBos, 1, ids.length);
      return withBos;
    }
  }

  @Command(
      name = "logits",
      description = "Writes next-token logits after some positions of a token sequence.",
      mixinStandardHelpOptions = true)
  static final class Logits implements Callable<Integer> {

    /** Prompt tokens in a pass; bounds the activations of long sequences. */
    private static final int SLICE = 512;

    @Option(names = "--model", required = true, paramLabel = "F")
    private Path model = Path.of("");

    @Option(
        names = "--tokens",
        required = true,
        paramLabel = "FILE",
        description = "JSON array of ids")
    private Path tokens = Path.of("");

    @Option(names = "--positions", required = true, split = ",", paramLabel = "P")
    private int[] positions = {};

    @Option(
        names = "--out",
        required = true,
        paramLabel = "FILE",
        description = "little-endian float32, one row per position")
    private Path out = Path.of("");

    @Option(
        names = "--activations",
        paramLabel = "f32|int12|int10",
        defaultValue = "f32",
        description =
            "what all tokens are multiplied with: int12 as if generated, int10 as if of a prompt;"
                + " ${DEFAULT-VALUE} by default")
    private String activations = "f32";

    @Option(names = "--kv", paramLabel = "f32|f16", defaultValue = "f32")
    private String kv = "f32";

    @Option(
        names = "--lora",
        paramLabel = "F",
        description = "LoRA adapter: a GGUF file or a PEFT directory")
    private @Nullable Path lora;

    @Option(names = "--scale", paramLabel = "S", defaultValue = "1")
    private float scale = 1;

    @Mixin private MemoryMixin memory = new MemoryMixin();

    @Override
    public Integer call() throws IOException {
      KvLayout layout =
          switch (kv) {
            case "f32" -> KvLayout.F32;
            case "f16" -> KvLayout.F16;
            default -> throw new IllegalArgumentException("--kv is f32 or f16, not " + kv);
          };
      AdapterChoice.checkScale(scale);
      int[] ids = JSON.readValue(Files.readString(tokens), int[].class);
      try (ModelFile file = ModelFile.open(model);
          Compute compute = new Compute(0, precision())) {
        ModelConfig config = ModelConfig.from(file.metadata());
        KvCache.Shape shape =
            new KvCache.Shape(
                config.blockCount(), config.headCountKv(), config.keyLength(), layout);
        MemoryPlan plan =
            MemoryPlan.choose(file, memory.options(), 0, shape.bytes(Math.max(1, ids.length)));
        try (KvCache cache = new KvCache(shape, 1);
            WeightStore weights = WeightStore.open(file, plan, memory.options())) {
          Transformer transformer = Architectures.build(file, compute, layout, weights);
          check(ids, transformer.vocabularySize());
          try (LoraAdapter adapter = lora == null ? null : LoraAdapter.load(lora, transformer)) {
            LoraChoice choice = adapter == null ? LoraChoice.NONE : LoraChoice.of(adapter, scale);
            write(transformer, cache.acquire(ids), ids, choice);
          }
        }
      }
      return 0;
    }

    private Activations precision() {
      return Activations.valueOf(activations.toUpperCase(Locale.ROOT));
    }

    private void check(int[] ids, int vocabulary) {
      for (int id : ids) {
        if (id < 0 || id >= vocabulary) {
          throw new IllegalArgumentException(
              "token " + id + " is outside the vocabulary of " + vocabulary);
        }
      }
      for (int position : positions) {
        if (position < 0 || position >= ids.length) {
          throw new IllegalArgumentException(
              "position " + position + " is outside the sequence of " + ids.length + " tokens");
        }
      }
    }

    private void write(Transformer transformer, KvSequence sequence, int[] ids, LoraChoice choice)
        throws IOException {
      int vocabulary = transformer.vocabularySize();
      float[][] rows = new float[positions.length][];
      Batch batch = new Batch();
      for (int from = 0; from < ids.length; from += SLICE) {
        batch.clear();
        int to = Math.min(ids.length, from + SLICE);
        int[] rowOf = new int[to - from];
        int wanted = 0;
        for (int i = from; i < to; i++) {
          int at = i;
          boolean wantsLogits = Arrays.stream(positions).anyMatch(p -> p == at);
          rowOf[i - from] = batch.addAs(precision(), sequence, ids[i], wantsLogits, choice);
          wanted += rowOf[i - from] < 0 ? 0 : 1;
        }
        float[] logits = new float[wanted * vocabulary];
        transformer.forward(batch, logits);
        for (int p = 0; p < positions.length; p++) {
          if (positions[p] >= from && positions[p] < to) {
            int row = rowOf[positions[p] - from];
            rows[p] = Arrays.copyOfRange(logits, row * vocabulary, (row + 1) * vocabulary);
          }
        }
      }
      try (var channel = Files.newOutputStream(out)) {
        for (float[] row : rows) {
          ByteBuffer bytes = ByteBuffer.allocate(4 * vocabulary).order(ByteOrder.LITTLE_ENDIAN);
          bytes.asFloatBuffer().put(row);
          channel.write(bytes.array());
        }
      }
    }
  }
}
