package org.harmonykb.engine.quantization;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.harmonykb.engine.format.Tensor;
import org.harmonykb.engine.format.TensorType;
import org.harmonykb.engine.kernel.RowCodec;

/** What a tensor would lose in another type. */
final class QuantizationError {

  private static final int SAMPLE_ROWS = 64;

  private QuantizationError() {}

  /**
   * {@code Σ w(x - x')² / Σ wx²} over rows spread evenly through the tensor, with the importance of
   * the columns as w.
   */
  static double ofSample(Tensor tensor, TensorType type, QuantizationOptions options) {
    int columns = tensor.columns();
    long rows = tensor.elements() / columns;
    RowCodec codec = new RowCodec(options.rounding());
    float[] importance = options.importance() == null ? null : options.importance().of(tensor);
    float[] before = new float[columns];
    float[] after = new float[columns];
    double error = 0;
    double total = 0;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment encoded = arena.allocate(type.bytes(columns));
      long step = Math.max(1, rows / SAMPLE_ROWS);
      for (long row = 0; row < rows; row += step) {
        int offset = (int) (row / tensor.rows()) * columns; // the row's matrix in the importance
        codec.decode(tensor.type(), tensor.data(), row * tensor.rowBytes(), before, columns);
        codec.encode(type, before, columns, importance, offset, encoded, 0);
        codec.decode(type, encoded, 0, after, columns);
        for (int i = 0; i < columns; i++) {
          double weight = importance == null ? 1 : importance[offset + i];
          double difference = before[i] - after[i];
          error += weight * difference * difference;
          total += weight * before[i] * before[i];
        }
      }
    }
    return total == 0 ? 0 : error / total;
  }
}
