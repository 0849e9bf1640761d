package org.harmonykb.engine.format;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes small GGUF files for tests: float32 tensors, whole or split, and any metadata. */
public final class TinyGguf {

  private record Floats(long[] shape, float[] values) {}

  public final Map<String, Object> metadata = new LinkedHashMap<>();
  private final Map<String, Floats> tensors = new LinkedHashMap<>();
  private final int alignment;

  public TinyGguf(int alignment) {
    this.alignment = alignment;
    metadata.put("general.alignment", alignment);
  }

  public void add(String name, float[] values, long... shape) {
    tensors.put(name, new Floats(shape, values));
  }

  /** A Llama checkpoint as llama.cpp converts it: rows of q and k paired as neighbours. */
  public static TinyGguf llama(TinyCheckpoint checkpoint, int alignment) {
    TinyGguf gguf = new TinyGguf(alignment);
    int heads = checkpoint.number("num_attention_heads");
    int headsKv = checkpoint.number("num_key_value_heads");
    int hidden = checkpoint.number("hidden_size");
    int width = checkpoint.number("intermediate_size");
    gguf.metadata.put("general.architecture", "llama");
    gguf.metadata.put("llama.block_count", checkpoint.number("num_hidden_layers"));
    gguf.metadata.put("llama.context_length", 512);
    gguf.metadata.put("llama.embedding_length", hidden);
    gguf.metadata.put("llama.feed_forward_length", width);
    gguf.metadata.put("llama.attention.head_count", heads);
    gguf.metadata.put("llama.attention.head_count_kv", headsKv);
    gguf.metadata.put("llama.attention.layer_norm_rms_epsilon", 1e-5f);
    gguf.metadata.put("tokenizer.ggml.model", "gpt2");
    gguf.metadata.put("tokenizer.ggml.pre", "gpt-2");
    gguf.metadata.put("tokenizer.ggml.tokens", new String[] {"a", "b", "ab", "<|end|>"});
    gguf.metadata.put("tokenizer.ggml.token_type", new int[] {1, 1, 1, 3});
    gguf.metadata.put("tokenizer.ggml.merges", new String[] {"a b"});
    gguf.metadata.put("tokenizer.ggml.eos_token_id", 3);
    for (Map.Entry<String, float[]> tensor : checkpoint.floats.entrySet()) {
      String name = tensor.getKey();
      float[] values = tensor.getValue();
      String to =
          name.replace("model.layers.", "blk.")
              .replace("model.embed_tokens", "token_embd")
              .replace("model.norm", "output_norm")
              .replace("lm_head", "output")
              .replace("input_layernorm", "attn_norm")
              .replace("post_attention_layernorm", "ffn_norm")
              .replace("self_attn.o_proj", "attn_output")
              .replaceAll("self_attn\\.(.)_proj", "attn_$1")
              .replaceAll("mlp\\.([a-z]+)_proj", "ffn_$1");
      if (name.contains("q_proj")) {
        values = neighbours(values, heads, hidden);
      } else if (name.contains("k_proj")) {
        values = neighbours(values, headsKv, hidden);
      }
      if (name.contains("norm")) {
        gguf.add(to, values, hidden);
      } else {
        int columns = name.contains("down") ? width : hidden;
        gguf.add(to, values, columns, values.length / columns);
      }
    }
    return gguf;
  }

  /** Row i of a head's first half becomes row 2i, of its second half row 2i+1. */
  private static float[] neighbours(float[] weights, int heads, int columns) {
    float[] out = new float[weights.length];
    int size = weights.length / columns / heads;
    for (int h = 0; h < heads; h++) {
      for (int r = 0; r < size; r++) {
        int to = r < size / 2 ? 2 * r : 2 * (r - size / 2) + 1;
        System.arraycopy(
            weights, (h * size + r) * columns, out, (h * size + to) * columns, columns);
      }
    }
    return out;
  }

  public Path write(Path file) throws IOException {
    return Files.write(file, bytes());
  }

  public byte[] bytes() {
    return bytes(metadata, List.copyOf(tensors.keySet()));
  }

  /** Bytes of the file that are tensor data. */
  public int dataLength() {
    long length = 0;
    for (Floats tensor : tensors.values()) {
      length += aligned(4L * tensor.values.length);
    }
    return (int) length;
  }

  /** Writes {@code model-00001-of-0000N.gguf} and so on; all metadata in the first. */
  public List<Path> writeSplit(Path folder, int parts) throws IOException {
    List<Path> files = new ArrayList<>();
    List<String> names = List.copyOf(tensors.keySet());
    for (int p = 0; p < parts; p++) {
      Map<String, Object> own = new LinkedHashMap<>(p == 0 ? metadata : Map.of());
      own.put("general.alignment", alignment);
      own.put("split.no", (short) p);
      own.put("split.count", (short) parts);
      own.put("split.tensors.count", names.size());
      int step = (names.size() + parts - 1) / parts;
      byte[] bytes =
          bytes(
              own,
              names.subList(
                  Math.min(names.size(), p * step), Math.min(names.size(), p * step + step)));
      files.add(
          Files.write(folder.resolve("model-%05d-of-%05d.gguf".formatted(p + 1, parts)), bytes));
    }
    return files;
  }

  private byte[] bytes(Map<String, Object> pairs, List<String> names) {
    ByteBuffer out = ByteBuffer.allocate(1 << 20).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(GgufFile.MAGIC).putInt(3).putLong(names.size()).putLong(pairs.size());
    pairs.forEach(
        (key, value) -> {
          string(out, key);
          out.putInt(typeOf(value));
          value(out, value);
        });
    long offset = 0;
    for (String name : names) {
      Floats tensor = requireNonNull(tensors.get(name));
      string(out, name).putInt(tensor.shape.length);
      for (long extent : tensor.shape) {
        out.putLong(extent);
      }
      out.putInt(0).putLong(offset);
      offset += aligned(4L * tensor.values.length);
    }
    out.position((int) aligned(out.position()));
    for (String name : names) {
      for (float value : requireNonNull(tensors.get(name)).values) {
        out.putFloat(value);
      }
      out.position((int) aligned(out.position()));
    }
    return Arrays.copyOf(out.array(), out.position());
  }

  private long aligned(long position) {
    return (position + alignment - 1) / alignment * alignment;
  }

  private static int typeOf(Object value) {
    return switch (value) {
      case Byte _ -> 1;
      case Short _ -> 2;
      case Integer _ -> 4;
      case Float _ -> 6;
      case Boolean _ -> 7;
      case String _ -> 8;
      case Long _ -> 11;
      case Double _ -> 12;
      default -> 9;
    };
  }

  private static void value(ByteBuffer out, Object value) {
    switch (value) {
      case Byte number -> out.put(number);
      case Short number -> out.putShort(number);
      case Integer number -> out.putInt(number);
      case Float number -> out.putFloat(number);
      case Boolean flag -> out.put((byte) (flag ? 1 : 0));
      case String text -> string(out, text);
      case Long number -> out.putLong(number);
      case Double number -> out.putDouble(number);
      case int[] numbers -> {
        out.putInt(5).putLong(numbers.length);
        for (int number : numbers) {
          out.putInt(number);
        }
      }
      case String[] texts -> {
        out.putInt(8).putLong(texts.length);
        for (String text : texts) {
          string(out, text);
        }
      }
      case Object[] values -> {
        out.putInt(typeOf(values[0])).putLong(values.length);
        for (Object each : values) {
          value(out, each);
        }
      }
      default -> throw new IllegalArgumentException("no GGUF type for " + value.getClass());
    }
  }

  private static ByteBuffer string(ByteBuffer out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return out.putLong(bytes.length).put(bytes);
  }
}
