package org.harmonykb.engine.quantization;

import org.harmonykb.engine.format.TensorType;
import org.harmonykb.engine.kernel.RowCodec;
import org.jspecify.annotations.Nullable;

/**
 * How to quantise a model.
 *
 * @param embeddings type of the token embeddings
 * @param output type of the output matrix
 * @param importance measured activations, or null
 * @param threads 0 means one per processor of the process
 */
public record QuantizationOptions(
    Target target,
    TensorType embeddings,
    TensorType output,
    @Nullable ImportanceMatrix importance,
    RowCodec.Rounding rounding,
    int threads) {

  /** What most of the weights become. */
  public enum Target {
    Q4_0,
    Q8_0,
    MXFP4,
    /** Experts, or the feed-forward weights of a dense model, in 4 bits, all others in 8. */
    INT4_MIXED
  }

  public static QuantizationOptions of(Target target) {
    return new QuantizationOptions(
        target, TensorType.Q8_0, TensorType.Q8_0, null, RowCodec.Rounding.SEARCH, 0);
  }
}
