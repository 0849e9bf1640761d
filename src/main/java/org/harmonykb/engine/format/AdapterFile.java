package org.harmonykb.engine.format;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.harmonykb.engine.ModelFormatException;
import org.jspecify.annotations.Nullable;

/**
 * A LoRA adapter on disk: pairs of thin matrices under the GGUF names of the weights that they
 * change. Immutable and thread-safe until {@link #close}, after which tensors must not be touched.
 * Whether the pairs fit a model is for the model to check.
 */
public interface AdapterFile extends AutoCloseable {

  /**
   * What is added to one weight: {@code W + scale * B * A}.
   *
   * @param weight GGUF name of the weight, such as {@code blk.0.attn_q.weight}
   * @param a {@code [columns, rank]} and for stacked experts {@code [columns, rank, experts]},
   *     fastest first
   * @param b {@code [rank, rows]} or {@code [rank, rows, experts]}
   * @param scale alpha over the rank, or over its root
   */
  record Pair(String weight, Tensor a, Tensor b, float scale) {}

  /**
   * Opens a GGUF adapter, or a directory as the PEFT library writes it.
   *
   * @throws ModelFormatException if it cannot be used
   */
  static AdapterFile open(Path path) {
    return Files.isDirectory(path) ? PeftAdapter.open(path) : GgufAdapter.open(path);
  }

  Path path();

  /** The base model's architecture, or null where the format does not tell. */
  @Nullable String architecture();

  /**
   * Whether rows of queries and keys stand as in Hugging Face's checkpoints, where a rotated
   * value's partner is half a head away; GGUF files of Llama have them beside each other.
   */
  boolean isRotatedByHalves();

  /** At least one. */
  List<Pair> pairs();

  @Override
  void close();
}
