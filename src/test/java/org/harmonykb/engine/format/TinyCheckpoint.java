package org.harmonykb.engine.format;

import static java.util.Objects.requireNonNull;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * A Hugging Face checkpoint with random weights of a few kilobytes, for variants that no fixture
 * has. The floats stay at hand for a reference to compute with.
 */
public final class TinyCheckpoint {

  // In order, so that a seed gives the same file in every process.
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS).build();

  public static final int VOCABULARY = 288;

  private record Stored(String dtype, long[] shape, byte[] data) {}

  public final Map<String, Object> config = new LinkedHashMap<>();
  public final Map<String, float[]> floats = new LinkedHashMap<>();
  private final Map<String, Stored> stored = new LinkedHashMap<>();
  private final Random random;

  public TinyCheckpoint(String architecture, long seed) {
    random = new Random(seed);
    config.put("architectures", List.of(architecture));
    config.put("hidden_size", 64);
    config.put("intermediate_size", 96);
    config.put("num_hidden_layers", 2);
    config.put("num_attention_heads", 4);
    config.put("num_key_value_heads", 2);
    config.put("max_position_embeddings", 512);
    config.put("vocab_size", VOCABULARY);
    config.put("rms_norm_eps", 1e-5);
    config.put("hidden_act", "silu");
    config.put("bos_token_id", 286);
    config.put("eos_token_id", List.of(287, 286));
  }

  public int number(String name) {
    return ((Number) requireNonNull(config.get(name))).intValue();
  }

  /** The floats of a tensor that is there. */
  public float[] floats(String name) {
    return requireNonNull(floats.get(name), name);
  }

  public int headSize() {
    return config.containsKey("head_dim")
        ? number("head_dim")
        : number("hidden_size") / number("num_attention_heads");
  }

  /** Adds a dense model's tensors in this type. */
  public TinyCheckpoint dense(String dtype, boolean attentionBias, boolean headNorms) {
    common(dtype, attentionBias, headNorms);
    for (int l = 0; l < number("num_hidden_layers"); l++) {
      denseFeedForward(dtype, "model.layers." + l + ".mlp.", "intermediate_size");
    }
    return this;
  }

  /** The same tensors and configuration, to be changed on their own. */
  public TinyCheckpoint copy() {
    TinyCheckpoint copy = new TinyCheckpoint("", 0);
    copy.config.putAll(config);
    copy.floats.putAll(floats);
    copy.stored.putAll(stored);
    return copy;
  }

  /**
   * Adds gpt-oss's tensors.
   *
   * @param isPacked experts as MXFP4, or as BF16 of the same values in the transposed layout
   */
  public TinyCheckpoint gptOss(boolean isPacked) {
    int hidden = number("hidden_size");
    int width = number("intermediate_size");
    int experts = number("num_local_experts");
    common("BF16", true, false);
    for (int l = 0; l < number("num_hidden_layers"); l++) {
      String prefix = "model.layers." + l + ".";
      add("BF16", prefix + "self_attn.o_proj.bias", 0.3, hidden);
      add("BF16", prefix + "self_attn.sinks", 1, number("num_attention_heads"));
      add("BF16", prefix + "mlp.router.weight", 0.3, experts, hidden);
      add("BF16", prefix + "mlp.router.bias", 0.3, experts);
      prefix += "mlp.experts.";
      add("BF16", prefix + "gate_up_proj_bias", 0.3, experts, 2 * width);
      add("BF16", prefix + "down_proj_bias", 0.3, experts, hidden);
      expertMatrices(prefix + "gate_up_proj", experts, 2 * width, hidden, isPacked);
      expertMatrices(prefix + "down_proj", experts, hidden, width, isPacked);
    }
    return this;
  }

  private void expertMatrices(String name, int experts, int rows, int columns, boolean isPacked) {
    float[] codes = {0, .5f, 1, 1.5f, 2, 3, 4, 6, -0f, -.5f, -1, -1.5f, -2, -3, -4, -6};
    byte[] blocks = new byte[experts * rows * columns / 2];
    byte[] scales = new byte[experts * rows * columns / 32];
    float[] transposed = new float[experts * rows * columns];
    for (int i = 0; i < scales.length; i++) {
      scales[i] = (byte) (122 + random.nextInt(4));
    }
    for (int e = 0; e < experts; e++) {
      for (int r = 0; r < rows; r++) {
        for (int c = 0; c < columns; c++) {
          int at = (e * rows + r) * columns + c;
          int code = random.nextInt(16);
          blocks[at / 2] |= (byte) (code << 4 * (c % 2));
          transposed[(e * columns + c) * rows + r] =
              codes[code] * Math.scalb(1f, scales[at / 32] - 127);
        }
      }
    }
    if (isPacked) {
      put("U8", name + "_blocks", blocks, experts, rows, columns / 32, 16);
      put("U8", name + "_scales", scales, experts, rows, columns / 32);
    } else {
      put("BF16", name, transposed, experts, columns, rows);
    }
  }

  public void denseFeedForward(String dtype, String prefix, String widthName) {
    int hidden = number("hidden_size");
    int width = number(widthName);
    add(dtype, prefix + "gate_proj.weight", 0.15, width, hidden);
    add(dtype, prefix + "up_proj.weight", 0.15, width, hidden);
    add(dtype, prefix + "down_proj.weight", 0.15, hidden, width);
  }

  /** Everything but the feed-forward parts. */
  public void common(String dtype, boolean attentionBias, boolean headNorms) {
    int hidden = number("hidden_size");
    int q = number("num_attention_heads") * headSize();
    int kv = number("num_key_value_heads") * headSize();
    add(dtype, "model.embed_tokens.weight", 1, VOCABULARY, hidden);
    if (!Boolean.TRUE.equals(config.get("tie_word_embeddings"))) {
      add(dtype, "lm_head.weight", 0.3, VOCABULARY, hidden);
    }
    add(dtype, "model.norm.weight", 1, hidden);
    for (int l = 0; l < number("num_hidden_layers"); l++) {
      String prefix = "model.layers." + l + ".";
      add(dtype, prefix + "input_layernorm.weight", 1, hidden);
      add(dtype, prefix + "post_attention_layernorm.weight", 1, hidden);
      add(dtype, prefix + "self_attn.q_proj.weight", 0.2, q, hidden);
      add(dtype, prefix + "self_attn.k_proj.weight", 0.2, kv, hidden);
      add(dtype, prefix + "self_attn.v_proj.weight", 0.2, kv, hidden);
      add(dtype, prefix + "self_attn.o_proj.weight", 0.2, hidden, q);
      if (attentionBias) {
        add(dtype, prefix + "self_attn.q_proj.bias", 0.5, q);
        add(dtype, prefix + "self_attn.k_proj.bias", 0.5, kv);
        add(dtype, prefix + "self_attn.v_proj.bias", 0.5, kv);
      }
      if (headNorms) {
        add(dtype, prefix + "self_attn.q_norm.weight", 1, headSize());
        add(dtype, prefix + "self_attn.k_norm.weight", 1, headSize());
      }
    }
  }

  /** Adds random values, kept as the type can hold them. */
  public void add(String dtype, String name, double spread, int... shape) {
    int count = 1;
    for (int extent : shape) {
      count *= extent;
    }
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (random.nextGaussian() * spread);
    }
    put(dtype, name, values, shape);
  }

  public void put(String dtype, String name, float[] values, int... shape) {
    ByteBuffer data = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    float[] kept = values.clone();
    for (int i = 0; i < values.length; i++) {
      switch (dtype) {
        case "F32" -> data.putFloat(values[i]);
        case "F16" -> {
          data.putShort(Float.floatToFloat16(values[i]));
          kept[i] = Float.float16ToFloat(Float.floatToFloat16(values[i]));
        }
        default -> {
          int bits = Float.floatToIntBits(values[i]) >>> 16;
          data.putShort((short) bits);
          kept[i] = Float.intBitsToFloat(bits << 16);
        }
      }
    }
    floats.put(name, kept);
    put(dtype, name, java.util.Arrays.copyOf(data.array(), data.position()), shape);
  }

  public void put(String dtype, String name, byte[] data, int... shape) {
    long[] extents = new long[shape.length];
    for (int i = 0; i < shape.length; i++) {
      extents[i] = shape[i];
    }
    stored.put(name, new Stored(dtype, extents, data));
  }

  public void words(String name, int[] words, int... shape) {
    ByteBuffer data = ByteBuffer.allocate(4 * words.length).order(ByteOrder.LITTLE_ENDIAN);
    data.asIntBuffer().put(words);
    put("I32", name, data.array(), shape);
  }

  public void remove(String name) {
    stored.remove(name);
  }

  /**
   * Writes config.json, tokenizer.json and the weights, in one file or in several with an index.
   */
  public Path write(Path folder, int shards) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("config.json"), configuration());
    Files.writeString(folder.resolve("tokenizer.json"), tokenizer());
    if (shards == 1) {
      Files.write(folder.resolve("model.safetensors"), bytes(List.copyOf(stored.keySet())));
      return folder;
    }
    Map<String, String> index = new LinkedHashMap<>();
    for (int s = 0; s < shards; s++) {
      String file = "model-%05d-of-%05d.safetensors".formatted(s + 1, shards);
      List<String> names = new ArrayList<>();
      int i = 0;
      for (String name : stored.keySet()) {
        if (i++ % shards == s) {
          names.add(name);
          index.put(name, file);
        }
      }
      Files.write(folder.resolve(file), bytes(names));
    }
    Files.writeString(
        folder.resolve("model.safetensors.index.json"),
        JSON.writeValueAsString(Map.of("weight_map", index)));
    return folder;
  }

  /** The header of one file with all tensors. */
  public String header() {
    return header(List.copyOf(stored.keySet()));
  }

  /** The data of one file with all tensors. */
  public byte[] data() {
    return data(List.copyOf(stored.keySet()));
  }

  private byte[] bytes(List<String> names) {
    return join(header(names).getBytes(StandardCharsets.UTF_8), data(names));
  }

  /** A file of a header and data. */
  public static byte[] join(byte[] header, byte[] data) {
    return ByteBuffer.allocate(8 + header.length + data.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(header.length)
        .put(header)
        .put(data)
        .array();
  }

  private byte[] data(List<String> names) {
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    for (String name : names) {
      data.writeBytes(requireNonNull(stored.get(name)).data);
    }
    return data.toByteArray();
  }

  private String header(List<String> names) {
    Map<String, Object> header = new LinkedHashMap<>();
    header.put("__metadata__", Map.of("format", "pt"));
    int end = 0;
    for (String name : names) {
      Stored tensor = requireNonNull(stored.get(name));
      int begin = end;
      end += tensor.data.length;
      header.put(
          name,
          Map.of(
              "dtype", tensor.dtype, "shape", tensor.shape, "data_offsets", List.of(begin, end)));
    }
    return JSON.writeValueAsString(header);
  }

  public String configuration() {
    return JSON.writeValueAsString(config);
  }

  /** All bytes, a few merges, and two control tokens at the end. */
  public static String tokenizer() {
    Map<String, Integer> vocabulary = new LinkedHashMap<>();
    int other = 256;
    for (int b = 0; b < 256; b++) {
      boolean printable = b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE;
      vocabulary.put(String.valueOf((char) (printable ? b : other++)), b);
    }
    List<List<String>> merges = new ArrayList<>();
    for (String pair : List.of("t h", "th e", "Ġ the", "i n", "e r", "a n", "an d", "Ġ and")) {
      String[] parts = pair.split(" ");
      vocabulary.put(parts[0] + parts[1], 256 + merges.size());
      merges.add(List.of(parts));
    }
    return JSON.writeValueAsString(
        Map.of(
            "added_tokens",
            List.of(
                Map.of("id", 286, "content", "<|begin|>", "special", true),
                Map.of("id", 287, "content", "<|end|>", "special", true)),
            "pre_tokenizer",
            Map.of("type", "ByteLevel", "add_prefix_space", false, "use_regex", true),
            "model",
            Map.of("type", "BPE", "vocab", vocabulary, "merges", merges)));
  }
}
