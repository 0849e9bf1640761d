package org.harmonykb.engine.format;

import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.harmonykb.engine.ModelFormatException;
import org.jspecify.annotations.Nullable;

/**
 * An adapter as Hugging Face's PEFT library saves it: {@code adapter_config.json} and {@code
 * adapter_model.safetensors}. Variants of LoRA that add more than {@code B * A} are refused.
 */
final class PeftAdapter implements AdapterFile {

  private static final String A = ".lora_A.weight";
  private static final String B = ".lora_B.weight";
  private static final Pattern MODULE =
      Pattern.compile("(?:base_model\\.model\\.)?(?:model\\.)?layers\\.(\\d{1,4})\\.(.+)");
  private static final Map<String, String> WEIGHTS =
      Map.of(
          "self_attn.q_proj", "attn_q",
          "self_attn.k_proj", "attn_k",
          "self_attn.v_proj", "attn_v",
          "self_attn.o_proj", "attn_output",
          "mlp.gate_proj", "ffn_gate",
          "mlp.up_proj", "ffn_up",
          "mlp.down_proj", "ffn_down",
          "mlp.gate", "ffn_gate_inp",
          "mlp.router", "ffn_gate_inp",
          "mlp.router.linear", "ffn_gate_inp");

  private final Path path;
  private final Arena arena;
  private final List<Pair> pairs;
  private final boolean hasExperts;

  private PeftAdapter(Path path, Arena arena, List<Pair> pairs) {
    this.path = path;
    this.arena = arena;
    this.pairs = List.copyOf(pairs);
    // Only gpt-oss packs its experts as they were read.
    this.hasExperts = pairs.stream().anyMatch(pair -> pair.weight().endsWith("_exps.weight"));
  }

  static PeftAdapter open(Path folder) {
    Path configFile = folder.resolve("adapter_config.json");
    Path weights = folder.resolve("adapter_model.safetensors");
    Config config = Config.read(configFile);
    if (!Files.isRegularFile(weights)) {
      throw new ModelFormatException(
          weights, null, "is missing; a pickled adapter_model.bin must be saved as safetensors");
    }
    Arena arena = Arena.ofShared();
    try {
      return new PeftAdapter(folder, arena, pairs(weights, config, tensors(weights, arena), arena));
    } catch (RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  /** All tensors of the file, with their extents fastest first. */
  private static Map<String, Tensor> tensors(Path path, Arena arena) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Safetensors.Entry entry : Safetensors.open(path, arena).entries().values()) {
      int dimensions = entry.shape().length;
      long[] shape = new long[dimensions];
      for (int i = 0; i < dimensions; i++) {
        shape[i] = entry.shape()[dimensions - 1 - i];
        if (shape[i] < 1) {
          throw entry.broken("is empty");
        }
      }
      if (dimensions < 1 || dimensions > 4) {
        throw entry.broken("has " + dimensions + " dimensions");
      }
      tensors.put(entry.name(), new Tensor(entry.name(), entry.type(), shape, entry.data()));
    }
    return tensors;
  }

  private static List<Pair> pairs(
      Path file, Config config, Map<String, Tensor> tensors, Arena arena) {
    List<Pair> pairs = new ArrayList<>();
    Map<Integer, List<PeftExperts.Packed>> experts = new TreeMap<>(); // by layer
    for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
      String name = entry.getKey();
      boolean isA = name.endsWith(A);
      if (!isA && !name.endsWith(B)) {
        throw new ModelFormatException(
            file, name, "is neither a lora_A nor a lora_B, which alone can be added");
      }
      String module = name.substring(0, name.length() - A.length());
      Tensor b = tensors.get(module + (isA ? B : A));
      if (b == null) {
        throw new ModelFormatException(file, module + (isA ? B : A), "is missing");
      }
      if (!isA) {
        continue;
      }
      Tensor a = entry.getValue();
      Matcher matcher = MODULE.matcher(module);
      String part = matcher.matches() ? matcher.group(2) : "";
      if (part.equals(PeftExperts.OUTER) || part.equals(PeftExperts.INNER)) {
        experts
            .computeIfAbsent(Integer.valueOf(matcher.group(1)), _ -> new ArrayList<>())
            .add(new PeftExperts.Packed(a, b, config.scale(module, config.rank)));
        continue;
      }
      if (!config.ranksDiffer && a.rows() != config.rank) {
        throw new ModelFormatException(
            file, name, "has the rank %d, the config says %d".formatted(a.rows(), config.rank));
      }
      pairs.add(new Pair(weight(file, name, module), a, b, config.scale(module, a.rows())));
    }
    PeftExperts unpacker = new PeftExperts(file, arena, config.rank, config.targets);
    experts.forEach((layer, packed) -> pairs.addAll(unpacker.unpack(layer, packed)));
    if (pairs.isEmpty()) {
      throw new ModelFormatException(file, null, "holds no tensors");
    }
    return pairs;
  }

  private static String weight(Path file, String tensor, String module) {
    Matcher matcher = MODULE.matcher(module);
    String weight = matcher.matches() ? WEIGHTS.get(matcher.group(2)) : null;
    if (weight != null) {
      return "blk." + Integer.parseInt(matcher.group(1)) + "." + weight + ".weight";
    }
    if (module.equals("lm_head") || module.equals("base_model.model.lm_head")) {
      return "output.weight";
    }
    throw new ModelFormatException(
        file,
        tensor,
        "changes a module that adapters cannot change here; known are lm_head and in each layer mlp.experts and "
            + WEIGHTS.keySet().stream().sorted().toList());
  }

  /**
   * What the config says about scales.
   *
   * @param ranksDiffer whether some modules have another rank than this
   * @param alphas other alphas by the end of the module's name
   */
  private record Config(
      double alpha,
      int rank,
      boolean ranksDiffer,
      boolean isRankStabilized,
      Map<String, Double> alphas,
      List<?> targets) {

    static Config read(Path file) {
      if (!Files.isRegularFile(file)) {
        throw new ModelFormatException(
            file, null, "is missing; is this the directory of a PEFT adapter?");
      }
      JsonObject config = Json.read(file);
      if (!"LORA".equals(config.raw("peft_type"))) {
        throw new ModelFormatException(
            file, null, "has the peft_type " + config.raw("peft_type") + "; only LORA can be used");
      }
      Object bias = config.raw("bias");
      if (bias != null && !bias.equals("none")) {
        throw new ModelFormatException(file, null, "has trained biases, which cannot be added");
      }
      for (String variant :
          List.of("use_dora", "use_qalora", "lora_bias", "fan_in_fan_out", "modules_to_save")) {
        Object value = config.raw(variant);
        boolean isOff =
            value == null || value.equals(false) || value instanceof List<?> l && l.isEmpty();
        if (!isOff) {
          throw new ModelFormatException(
              file, null, "sets " + variant + ", which cannot be used here");
        }
      }
      Map<String, Double> alphas = new LinkedHashMap<>();
      if (config.raw("alpha_pattern") instanceof JsonObject patterns) {
        for (String module : patterns.names()) {
          if (!module.matches("[\\w.]+")) {
            throw new ModelFormatException(
                file, null, "has the alpha_pattern " + module + "; only plain names can be used");
          }
          alphas.put(module, number(file, "alpha_pattern." + module, patterns.raw(module)));
        }
      }
      boolean ranksDiffer =
          config.raw("rank_pattern") instanceof JsonObject ranks && !ranks.names().isEmpty();
      double rank = number(file, "r", config.raw("r"));
      if (!(rank >= 1 && rank <= 65536)) {
        throw new ModelFormatException(file, null, "has the rank " + rank);
      }
      return new Config(
          number(file, "lora_alpha", config.raw("lora_alpha")),
          (int) rank,
          ranksDiffer,
          Boolean.TRUE.equals(config.raw("use_rslora")),
          alphas,
          config.raw("target_parameters") instanceof List<?> targets ? targets : List.of());
    }

    private static double number(Path file, String key, @Nullable Object value) {
      if (value instanceof Number number && Double.isFinite(number.doubleValue())) {
        return number.doubleValue();
      }
      throw new ModelFormatException(file, null, "has no usable number " + key + ": " + value);
    }

    float scale(String module, int rank) {
      double chosen = alpha;
      for (Map.Entry<String, Double> entry : alphas.entrySet()) {
        if (module.equals(entry.getKey()) || module.endsWith("." + entry.getKey())) {
          chosen = entry.getValue();
          break;
        }
      }
      return (float) (chosen / (isRankStabilized ? Math.sqrt(rank) : rank));
    }
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public @Nullable String architecture() {
    return hasExperts ? "gpt-oss" : null;
  }

  @Override
  public boolean isRotatedByHalves() {
    return true;
  }

  @Override
  public List<Pair> pairs() {
    return pairs;
  }

  @Override
  public void close() {
    arena.close();
  }
}
