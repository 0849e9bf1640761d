package org.harmonykb.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import org.harmonykb.Fixtures;
import org.harmonykb.engine.format.ModelFile;
import org.harmonykb.engine.format.Tensor;
import org.harmonykb.engine.format.TensorType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Laws of quantising, over random blocks, and ggml's own files. */
class BlockEncoderTest {

  private static final int COLUMNS = 256;

  @RepeatedTest(200)
  void noValueIsFartherOffThanItsStep(RepetitionInfo repetition) {
    Random random = new Random(repetition.getCurrentRepetition());
    float[] x = row(random);
    for (RowCodec.Rounding rounding : RowCodec.Rounding.values()) {
      for (TensorType type :
          new TensorType[] {
            TensorType.F32, TensorType.F16, TensorType.BF16, TensorType.Q8_0, TensorType.MXFP4
          }) {
        float[] y = roundTrip(type, rounding, x, null);
        for (int i = 0; i < COLUMNS; i++) {
          float max = max(x, i / 32 * 32);
          double bound =
              switch (type) {
                case F32 -> 0;
                case F16 -> Math.abs(x[i]) / 2048 + 0x1p-25;
                case BF16 -> Math.abs(x[i]) / 256;
                // Half a step, and 127 times what the scale loses in half precision.
                case Q8_0 -> max / 127 * 0.563 + 127 * 0x1p-25;
                // A step of 2 below 6, cut from 8, or twice the steps from the next exponent.
                default -> max / 4;
              };
          assertThat(Math.abs((double) x[i] - y[i]))
              .as("%s of %s", type, x[i])
              .isLessThanOrEqualTo(bound);
        }
      }
      // Reference Q4_0 maps the largest to -8, so that its opposite is cut to 7.
      if (rounding == RowCodec.Rounding.REFERENCE) {
        float[] y = roundTrip(TensorType.Q4_0, rounding, x, null);
        for (int i = 0; i < COLUMNS; i++) {
          assertThat(Math.abs(x[i] - y[i])).isLessThanOrEqualTo(max(x, i / 32 * 32) * 0.127f);
        }
      }
    }
  }

  @RepeatedTest(200)
  void searchIsNeverWorseThanTheReference(RepetitionInfo repetition) {
    Random random = new Random(1000 + repetition.getCurrentRepetition());
    float[] x = row(random);
    float[] importance = new float[COLUMNS];
    for (int i = 0; i < COLUMNS; i++) {
      importance[i] = random.nextFloat() * random.nextFloat();
    }
    for (TensorType type : new TensorType[] {TensorType.Q4_0, TensorType.MXFP4}) {
      for (float[] weights : new float[] @Nullable [] {null, importance}) {
        float[] searched = roundTrip(type, RowCodec.Rounding.SEARCH, x, weights);
        float[] reference = roundTrip(type, RowCodec.Rounding.REFERENCE, x, weights);
        // The best scale is rounded to half precision afterwards.
        assertThat(error(x, searched, weights))
            .isLessThanOrEqualTo(error(x, reference, weights) * 1.001);
      }
    }
  }

  @Test
  void searchGainsOnNormalWeights() {
    Random random = new Random(3);
    float[] x = new float[64 * COLUMNS];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextGaussian();
    }
    for (TensorType type : new TensorType[] {TensorType.Q4_0, TensorType.MXFP4}) {
      double searched = error(x, roundTrip(type, RowCodec.Rounding.SEARCH, x, null), null);
      double reference = error(x, roundTrip(type, RowCodec.Rounding.REFERENCE, x, null), null);
      System.out.printf(
          "%s of normal weights: relative squared error %.5f searched, %.5f reference%n",
          type, searched / x.length, reference / x.length);
      assertThat(searched).isLessThan(0.95 * reference);
    }
  }

  /**
   * What llama.cpp wrote is a fixed point of the same rounding: each block holds a value at the end
   * of its range, so that scale and codes come out again.
   */
  @ParameterizedTest
  @EnumSource(names = {"Q4_0", "Q8_0", "MXFP4"})
  void referenceRoundingGivesBackTheBytesOfGgml(TensorType type) {
    String name = type == TensorType.MXFP4 ? "MXFP4_MOE" : type.name();
    int compared = 0;
    try (ModelFile theirs =
            ModelFile.open(Fixtures.shared("fixtures/engine/tiny-gpt-oss-" + name + ".gguf"));
        Arena arena = Arena.ofConfined()) {
      for (Tensor tensor : theirs.tensors()) {
        if (tensor.type() == type) {
          MemorySegment ours = encode(tensor, type, RowCodec.Rounding.REFERENCE, arena);
          assertThat(ours.mismatch(tensor.data())).as(tensor.name()).isEqualTo(-1);
          compared++;
        }
      }
    }
    assertThat(compared).isGreaterThan(5);
  }

  @RepeatedTest(50)
  void vectorsTryScalesAsScalarsDo(RepetitionInfo repetition) {
    Random random = new Random(repetition.getCurrentRepetition());
    float[] x = row(random);
    float[] weights = row(random);
    float[] vector = new float[2 * ScaleSearch.CANDIDATES];
    float[] scalar = vector.clone();
    float base = 1 / max(x, 32);
    VectorScaleSearch.run(x, 32, weights, 64, base, vector);
    ScaleSearch.scalar(x, 32, weights, 64, base, scalar);
    assertThat(vector).containsExactly(scalar);
  }

  @Test
  void zerosAndExtremesStayFinite() {
    float[] x = new float[COLUMNS];
    Arrays.fill(x, 32, 64, Float.MIN_VALUE);
    Arrays.fill(x, 64, 96, 65000);
    Arrays.fill(x, 96, 128, -1e-38f);
    for (RowCodec.Rounding rounding : RowCodec.Rounding.values()) {
      for (TensorType type :
          new TensorType[] {TensorType.Q4_0, TensorType.Q8_0, TensorType.MXFP4}) {
        for (float value : roundTrip(type, rounding, x, new float[COLUMNS])) {
          assertThat(value).isFinite();
        }
      }
    }
  }

  private static MemorySegment encode(
      Tensor tensor, TensorType type, RowCodec.Rounding rounding, Arena arena) {
    RowCodec codec = new RowCodec(rounding);
    float[] row = new float[tensor.columns()];
    MemorySegment out = arena.allocate(type.bytes(tensor.elements()));
    for (long r = 0; r < tensor.elements() / tensor.columns(); r++) {
      codec.decode(tensor.type(), tensor.data(), r * tensor.rowBytes(), row, row.length);
      codec.encode(type, row, row.length, null, 0, out, r * type.bytes(row.length));
    }
    return out;
  }

  private static float[] roundTrip(
      TensorType type, RowCodec.Rounding rounding, float[] x, float @Nullable [] importance) {
    RowCodec codec = new RowCodec(rounding);
    float[] y = new float[x.length];
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(type.bytes(x.length));
      bytes.fill((byte) 0x5a);
      codec.encode(type, x, x.length, importance, 0, bytes, 0);
      codec.decode(type, bytes, 0, y, y.length);
    }
    return y;
  }

  /** Normal values, of another size in each row, with an outlier here and there. */
  private static float[] row(Random random) {
    float[] x = new float[COLUMNS];
    double size = Math.pow(10, random.nextDouble(-3, 3));
    for (int i = 0; i < COLUMNS; i++) {
      x[i] = (float) (random.nextGaussian() * size * (random.nextInt(40) == 0 ? 8 : 1));
    }
    return x;
  }

  private static float max(float[] x, int block) {
    float max = 0;
    for (int i = block; i < block + 32; i++) {
      max = Math.max(max, Math.abs(x[i]));
    }
    return max;
  }

  private static double error(float[] x, float[] y, float @Nullable [] weights) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      double difference = x[i] - y[i];
      sum += (weights == null ? 1 : weights[i]) * difference * difference;
    }
    return sum;
  }
}
