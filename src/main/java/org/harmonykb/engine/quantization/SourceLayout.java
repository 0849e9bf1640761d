package org.harmonykb.engine.quantization;

import org.harmonykb.engine.format.ModelFile;
import org.harmonykb.engine.format.ModelMetadata;
import org.harmonykb.engine.format.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * In which order a tensor's values have to be written so that GGUF's readers understand them.
 * Hugging Face rotates the two halves of a head against each other, GGUF's {@code llama}
 * neighbouring rows; GPTQ sorts columns by their group. Immutable.
 *
 * @param columnOrder where the stored columns belong, or null where they lie in order
 * @param headSize rows of a head whose halves become neighbours, or 0 where rows stay
 */
record SourceLayout(int @Nullable [] columnOrder, int headSize) {

  /** The metadata key by which our reader tells that rows are paired by halves. */
  static final String PAIRING = "llama.rope.pairing";

  static SourceLayout of(ModelFile model, Tensor tensor) {
    boolean isRotated =
        isPairedByHalves(model.metadata())
            && tensor.name().matches("blk\\.\\d+\\.attn_[qk]\\.(weight|bias)");
    return new SourceLayout(tensor.columnOrder(), isRotated ? headSize(model.metadata()) : 0);
  }

  /** Whether rows of queries and keys have to be reordered for GGUF. */
  static boolean isPairedByHalves(ModelMetadata metadata) {
    return "halves".equals(metadata.stringOrNull(PAIRING));
  }

  private static int headSize(ModelMetadata metadata) {
    return metadata.integer("llama.attention.key_length");
  }

  /** Whether the stored order is the one to be written. */
  boolean isPlain() {
    return columnOrder == null && headSize == 0;
  }

  /** The stored row that becomes row r, or the stored value of a vector that becomes value r. */
  long source(long r) {
    if (headSize == 0) {
      return r;
    }
    long inHead = r % headSize;
    return r - inHead + inHead % 2 * (headSize / 2) + inHead / 2;
  }

  /** Puts the values of a stored row in their places. */
  void order(float[] stored, float[] values, boolean isVector) {
    for (int c = 0; c < values.length; c++) {
      if (columnOrder != null) {
        values[columnOrder[c]] = stored[c];
      } else {
        values[c] = stored[isVector ? (int) source(c) : c];
      }
    }
  }
}
