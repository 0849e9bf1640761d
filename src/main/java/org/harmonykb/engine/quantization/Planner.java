package org.harmonykb.engine.quantization;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.harmonykb.engine.format.ModelFile;
import org.harmonykb.engine.format.Tensor;
import org.harmonykb.engine.format.TensorType;
import org.harmonykb.engine.kernel.RowCodec;

/** Chooses each tensor's type. Where two 4-bit types compete, some rows of the tensor decide. */
final class Planner {

  /** The 4-bit types that {@code int4-mixed} chooses from. */
  private static final List<TensorType> FOUR_BITS = List.of(TensorType.Q4_0, TensorType.MXFP4);

  private final QuantizationOptions options;
  private final boolean dense;

  Planner(ModelFile model, QuantizationOptions options) {
    this.options = options;
    this.dense =
        model.tensors().stream().noneMatch(tensor -> TensorRole.of(tensor) == TensorRole.EXPERT);
  }

  static List<TensorPlan> plan(ModelFile model, QuantizationOptions options) {
    Planner planner = new Planner(model, options);
    List<TensorPlan> plans = new ArrayList<>();
    for (Tensor tensor : model.tensors()) {
      plans.add(planner.plan(tensor));
    }
    return plans;
  }

  private TensorPlan plan(Tensor tensor) {
    TensorType source = tensor.type();
    if (!RowCodec.canDecode(source)) {
      return new TensorPlan(tensor, source, "kept, holds no weights");
    }
    TensorRole role = TensorRole.of(tensor);
    return switch (role) {
      case VECTOR -> new TensorPlan(tensor, TensorType.F32, "");
      case ROUTER ->
          switch (source) {
            case F32, F16, BF16 -> new TensorPlan(tensor, source, "router kept");
            default -> new TensorPlan(tensor, TensorType.F32, "router");
          };
      case EMBEDDING -> fitting(tensor, options.embeddings());
      case OUTPUT -> fitting(tensor, options.output());
      case EXPERT, FEED_FORWARD, OTHER ->
          switch (options.target()) {
            case Q4_0 -> fitting(tensor, TensorType.Q4_0);
            case Q8_0 -> fitting(tensor, TensorType.Q8_0);
            case MXFP4 -> fitting(tensor, TensorType.MXFP4);
            case INT4_MIXED ->
                role == TensorRole.EXPERT || role == TensorRole.FEED_FORWARD && dense
                    ? fourBits(tensor)
                    : fitting(tensor, TensorType.Q8_0);
          };
    };
  }

  private static TensorPlan fitting(Tensor tensor, TensorType wanted) {
    if (tensor.columns() % wanted.blockSize() == 0) {
      return new TensorPlan(tensor, wanted, "");
    }
    // Only types without blocks can have such rows, and these are the floats.
    return new TensorPlan(
        tensor,
        tensor.type(),
        "kept, rows of %d do not fit %s's blocks of %d"
            .formatted(tensor.columns(), wanted, wanted.blockSize()));
  }

  private TensorPlan fourBits(Tensor tensor) {
    if (tensor.type() == TensorType.MXFP4) {
      return new TensorPlan(tensor, TensorType.MXFP4, "copied");
    }
    TensorPlan fallback = fitting(tensor, FOUR_BITS.getFirst());
    if (fallback.type() != FOUR_BITS.getFirst()) {
      return fallback;
    }
    Map<Double, TensorType> byError = new TreeMap<>();
    StringBuilder note = new StringBuilder("relative squared error of a sample:");
    for (TensorType type : FOUR_BITS) {
      double error = QuantizationError.ofSample(tensor, type, options);
      byError.putIfAbsent(error, type);
      note.append(String.format(Locale.ROOT, " %s %.5f", type, error));
    }
    return new TensorPlan(tensor, byError.values().iterator().next(), note.toString());
  }

  /** The value of {@code general.file_type} that llama.cpp gives files like this one. */
  static int fileType(List<TensorPlan> plans) {
    Map<TensorType, Long> bytes = new TreeMap<>();
    for (TensorPlan plan : plans) {
      TensorRole role = TensorRole.of(plan.source());
      if (role == TensorRole.EXPERT || role == TensorRole.FEED_FORWARD) {
        bytes.merge(plan.type(), plan.bytes(), Long::sum);
      }
    }
    TensorType most =
        bytes.entrySet().stream()
            .max(Comparator.comparingLong(Map.Entry::getValue))
            .map(Map.Entry::getKey)
            .orElse(TensorType.F32);
    return switch (most) {
      case F16 -> 1;
      case Q4_0 -> 2;
      case Q8_0 -> 7;
      case BF16 -> 32;
      case MXFP4 -> 38;
      default -> 0;
    };
  }
}
