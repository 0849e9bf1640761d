package org.harmonykb.engine.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.harmonykb.engine.ModelFormatException;
import org.harmonykb.engine.format.ModelFile;
import org.harmonykb.engine.format.PackedCheckpoint;
import org.harmonykb.engine.format.TinyCheckpoint;
import org.harmonykb.engine.format.TinyGguf;
import org.harmonykb.engine.model.ModelRun;
import org.harmonykb.engine.tokenizer.BpeTokenizer;

/**
 * Writes a damaged model, loads it with its tokenizer and computes three tokens. The law: it works,
 * or there is a {@link ModelFormatException}.
 *
 * <p>An input holds what a format's readers look at, not the bulk of the weights, so that nearly
 * every mutation hits something: GGUF's header; or, with a zero byte between, config.json,
 * tokenizer.json, a safetensors header, and three-byte places with one-byte values to change in the
 * data.
 */
public enum FuzzTarget {
  GGUF,
  SAFETENSORS,
  GPTQ,
  AWQ;

  private final byte[] data = makeData();
  private final List<byte[]> seeds = makeSeeds();

  /** Undamaged inputs. */
  public List<byte[]> seeds() {
    return seeds;
  }

  /**
   * Loads an input as a model.
   *
   * @return whether it could be used
   * @throws AssertionError if anything else happened than that or a refusal
   */
  public boolean accepts(byte[] input, Path folder) {
    try {
      Path model = this == GGUF ? writeGguf(input, folder) : writeFolder(input, folder);
      try (ModelFile file = ModelFile.open(model)) {
        if (file.metadata().has("tokenizer.ggml.model")) {
          BpeTokenizer tokenizer = BpeTokenizer.from(file.metadata());
          tokenizer.decode(tokenizer.encodeWithSpecial("the end <|end|> and äß\u4e2d 12"));
        }
      }
      ModelRun.logits(model, 1, 70, 200);
      return true;
    } catch (ModelFormatException e) {
      if (e.getMessage().length() > 2000) {
        throw new AssertionError("an endless message", e);
      }
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (RuntimeException | Error e) {
      throw new AssertionError(this + " broke: " + e, e);
    }
  }

  private Path writeGguf(byte[] input, Path folder) throws IOException {
    byte[] file = Arrays.copyOf(input, input.length + data.length);
    System.arraycopy(data, 0, file, input.length, data.length);
    return Files.write(folder.resolve("model.gguf"), file);
  }

  private Path writeFolder(byte[] input, Path folder) throws IOException {
    byte[][] parts = new byte[4][];
    int from = 0;
    for (int part = 0; part < 4; part++) {
      int to = from;
      while (to < input.length && (part == 3 || input[to] != 0)) {
        to++;
      }
      parts[part] = Arrays.copyOfRange(input, Math.min(from, input.length), to);
      from = Math.min(to + 1, input.length);
    }
    byte[] changed = data.clone();
    for (int i = 0; i + 4 <= parts[3].length; i += 4) {
      int place =
          (parts[3][i] & 0xff) | (parts[3][i + 1] & 0xff) << 8 | (parts[3][i + 2] & 0xff) << 16;
      changed[place % changed.length] = parts[3][i + 3];
    }
    Files.write(folder.resolve("config.json"), parts[0]);
    Files.write(folder.resolve("tokenizer.json"), parts[1]);
    Files.write(folder.resolve("model.safetensors"), TinyCheckpoint.join(parts[2], changed));
    return folder;
  }

  private byte[] makeData() {
    return switch (this) {
      case GGUF -> {
        TinyGguf gguf = gguf();
        byte[] bytes = gguf.bytes();
        yield Arrays.copyOfRange(bytes, bytes.length - gguf.dataLength(), bytes.length);
      }
      case SAFETENSORS -> new byte[100_000];
      case GPTQ, AWQ -> packed().data();
    };
  }

  private List<byte[]> makeSeeds() {
    List<byte[]> inputs = new ArrayList<>();
    switch (this) {
      case GGUF -> {
        TinyGguf gguf = gguf();
        byte[] bytes = gguf.bytes();
        inputs.add(Arrays.copyOf(bytes, bytes.length - gguf.dataLength()));
      }
      case SAFETENSORS -> {
        inputs.add(input(small("LlamaForCausalLM").dense("F16", false, false)));
        TinyCheckpoint gptOss = small("GptOssForCausalLM");
        gptOss.config.put("num_local_experts", 2);
        gptOss.config.put("num_experts_per_tok", 1);
        gptOss.config.put("sliding_window", 2);
        gptOss.config.put("layer_types", List.of("sliding_attention"));
        inputs.add(input(gptOss.gptOss(true)));
        TinyCheckpoint moe = small("Qwen3MoeForCausalLM");
        moe.config.put("num_experts", 2);
        moe.config.put("num_experts_per_tok", 1);
        moe.config.put("moe_intermediate_size", 32);
        moe.common("BF16", false, true);
        moe.add("BF16", "model.layers.0.mlp.gate.weight", 0.5, 2, 32);
        moe.denseFeedForward("BF16", "model.layers.0.mlp.experts.0.", "moe_intermediate_size");
        moe.denseFeedForward("BF16", "model.layers.0.mlp.experts.1.", "moe_intermediate_size");
        inputs.add(input(moe));
      }
      case GPTQ, AWQ -> inputs.add(input(packed()));
    }
    return inputs;
  }

  private static byte[] input(TinyCheckpoint checkpoint) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(checkpoint.configuration().getBytes(UTF_8));
    out.write(0);
    out.writeBytes(TinyCheckpoint.tokenizer().getBytes(UTF_8));
    out.write(0);
    out.writeBytes(checkpoint.header().getBytes(UTF_8));
    out.write(0);
    return out.toByteArray();
  }

  private static TinyCheckpoint small(String architecture) {
    TinyCheckpoint checkpoint = new TinyCheckpoint(architecture, 1);
    checkpoint.config.put("hidden_size", 32);
    checkpoint.config.put("intermediate_size", 32);
    checkpoint.config.put("num_hidden_layers", 1);
    checkpoint.config.put("num_attention_heads", 2);
    checkpoint.config.put("num_key_value_heads", 1);
    checkpoint.config.put("tie_word_embeddings", true);
    checkpoint.config.put("head_dim", 16);
    checkpoint.config.put("rope_theta", 10000.0);
    checkpoint.config.put(
        "rope_scaling",
        java.util.Map.of(
            "rope_type", architecture.startsWith("Gpt") ? "yarn" : "llama3",
            "factor", 8.0,
            "low_freq_factor", 1.0,
            "high_freq_factor", 4.0,
            "original_max_position_embeddings", 64));
    return checkpoint;
  }

  /** Runs in the constructor, where the constants are not set yet but have their names. */
  private TinyCheckpoint packed() {
    PackedCheckpoint.Variant variant =
        name().equals("GPTQ")
            ? new PackedCheckpoint.Variant("gptq", "gptq", 32, "in order", false)
            : new PackedCheckpoint.Variant("awq", "gemm", 32, "none", false);
    TinyCheckpoint floats = small("LlamaForCausalLM").dense("F16", false, false);
    return PackedCheckpoint.pack(floats, variant, new Random(2));
  }

  private static TinyGguf gguf() {
    TinyGguf gguf = TinyGguf.llama(small("LlamaForCausalLM").dense("F32", false, false), 32);
    gguf.metadata.put("llama.rope.freq_base", 10000f);
    gguf.metadata.put("llama.rope.scaling.type", "linear");
    gguf.metadata.put("llama.rope.scaling.factor", 2f);
    gguf.metadata.put("nested", new Object[] {new int[] {1, 2}, new int[] {3}});
    return gguf;
  }
}
