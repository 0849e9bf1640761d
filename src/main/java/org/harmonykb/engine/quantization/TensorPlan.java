package org.harmonykb.engine.quantization;

import org.harmonykb.engine.format.GgufWriter;
import org.harmonykb.engine.format.Tensor;
import org.harmonykb.engine.format.TensorType;

/**
 * What becomes of a tensor.
 *
 * @param note why it is not the type that was asked for, or what was measured; may be empty
 */
public record TensorPlan(Tensor source, TensorType type, String note) {

  /** Whether the bytes stay as they are. */
  public boolean copies() {
    return source.type() == type;
  }

  public long bytes() {
    return entry().bytes();
  }

  GgufWriter.Entry entry() {
    return new GgufWriter.Entry(source.name(), type, source.shape());
  }
}
