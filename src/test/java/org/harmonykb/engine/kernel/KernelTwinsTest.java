package org.harmonykb.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import org.harmonykb.engine.format.TensorType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The vector kernels against their scalar twins over random values and odd shapes. */
class KernelTwinsTest {

  private final Kernel vector = new VectorKernel();
  private final Kernel scalar = new ScalarKernel();
  private final Random random = new Random(42);

  @ParameterizedTest
  @EnumSource(
      names = {
        "F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q4_K", "Q5_K", "Q6_K",
        "MXFP4", "INT4"
      })
  void dequantizedValuesAreTheSame(TensorType type) {
    int count = 1024;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment data = arena.allocate(type.bytes(count));
      for (long i = 0; i < data.byteSize(); i++) {
        // Small exponents in every byte that may belong to a scale keep all values finite.
        data.set(ValueLayout.JAVA_BYTE, i, (byte) (random.nextInt(256) & 0x3b));
      }
      float[] ours = new float[count];
      float[] expected = new float[count];
      vector.dequantize(type, data.address(), ours, 0, count);
      scalar.dequantize(type, data.address(), expected, 0, count);
      for (int i = 0; i < count; i++) {
        assertThat(ours[i]).isCloseTo(expected[i], within(Math.abs(expected[i]) * 1e-5f + 1e-30f));
      }
    }
  }

  @Test
  void productsAreTheSameForAnyShape() {
    for (int columns : new int[] {1, 16, 17, 64, 100, 576}) {
      for (int tokens : new int[] {1, 2, 5, 6, 7, 13}) {
        for (int rows = 1; rows <= Kernel.TILE_ROWS; rows++) {
          float[] w = values(Kernel.TILE_ROWS * columns);
          float[] x = values(tokens * columns);
          float[] ours = new float[tokens * 7];
          float[] expected = new float[tokens * 7];
          vector.multiply(w, 0, columns, x, 0, tokens, ours, 1, 7, rows);
          scalar.multiply(w, 0, columns, x, 0, tokens, expected, 1, 7, rows);
          assertThat(ours).containsExactly(expected, within(1e-4f));
        }
      }
    }
  }

  @Test
  void aTokensResultDoesNotDependOnItsNeighbours() {
    int columns = 100;
    float[] w = values(Kernel.TILE_ROWS * columns);
    float[] x = values(13 * columns);
    float[] together = new float[13 * 4];
    float[] alone = new float[13 * 4];
    vector.multiply(w, 0, columns, x, 0, 13, together, 0, 4, 4);
    for (int t = 0; t < 13; t++) {
      vector.multiply(w, 0, columns, x, t * columns, 1, alone, t * 4, 4, 4);
    }
    assertThat(together).isEqualTo(alone);
  }

  @ParameterizedTest
  @EnumSource(names = {"Q8_0", "Q4_0", "Q4_1", "INT4", "MXFP4", "Q4_K", "Q6_K"})
  void oneTokenGivesTheSameBitsAsMany(TensorType type) {
    for (int columns : new int[] {type.blockSize(), 768, 2304}) {
      for (int rows = 1; rows <= Kernel.TILE_ROWS; rows++) {
        try (Arena arena = Arena.ofConfined()) {
          MemorySegment data = arena.allocate(type.bytes(4L * columns));
          for (long i = 0; i < data.byteSize(); i++) {
            data.set(ValueLayout.JAVA_BYTE, i, (byte) (random.nextInt(256) & 0xbb));
          }
          float[] x = values(columns);
          float[] weights = new float[4 * columns];
          float[] expected = new float[4];
          float[] ours = new float[4];
          vector.dequantize(type, data.address(), weights, 0, weights.length);
          vector.multiply(weights, 0, columns, x, 0, 1, expected, 0, 4, rows);
          assertThat(vector.multiplyOne(type, data.address(), rows, columns, x, 0, ours, 0))
              .isTrue();
          assertThat(ours).isEqualTo(expected);
        }
      }
    }
  }

  @Test
  void roundedProductsAreTheSameForAnyShape() {
    for (int columns : new int[] {32, 96, 768, 2880}) {
      for (int tokens = 1; tokens <= 9; tokens++) {
        int rows = 1 + random.nextInt(5);
        try (Arena arena = Arena.ofConfined()) {
          MemorySegment data = arena.allocate(TensorType.MXFP4.bytes((long) rows * columns));
          for (long i = 0; i < data.byteSize(); i++) {
            data.set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt(256));
          }
          for (long i = 0; i < data.byteSize(); i += 17) {
            data.set(ValueLayout.JAVA_BYTE, i, (byte) (110 + random.nextInt(16)));
          }
          float[] x = values(tokens * columns);
          RoundedActivations rounded = new RoundedActivations();
          RoundedActivations expectedRounded = new RoundedActivations();
          assertThat(rounded.add(vector, x, 0, x.length)).isZero();
          expectedRounded.add(scalar, x, 0, x.length);
          assertThat(rounded.values).isEqualTo(expectedRounded.values);
          assertThat(rounded.scales).isEqualTo(expectedRounded.scales);
          float[] ours = product(vector, rounded, data, rows, columns, tokens);
          assertThat(ours).isEqualTo(product(scalar, rounded, data, rows, columns, tokens));
          float[] weights = new float[rows * columns];
          vector.dequantize(TensorType.MXFP4, data.address(), weights, 0, weights.length);
          for (int t = 0; t < tokens; t++) {
            for (int r = 0; r < rows; r++) {
              double exact = 0;
              double size = 0;
              for (int c = 0; c < columns; c++) {
                double term = (double) weights[r * columns + c] * x[t * columns + c];
                exact += term;
                size += Math.abs(term);
              }
              assertThat((double) ours[t * 7 + r]).isCloseTo(exact, within(size * 1e-3));
            }
          }
        }
      }
    }
  }

  private static float[] product(
      Kernel kernel, RoundedActivations x, MemorySegment data, int rows, int columns, int tokens) {
    float[] out = new float[tokens * 7];
    kernel.multiplyRounded(
        data.address(), rows, columns, x.values, 0, x.scales, 0, tokens, out, 0, 7);
    return out;
  }

  @Test
  void fewTokensAreMultipliedAsByTiles() {
    assumeTrue(VectorSpeciesChoice.HAS_NARROW_BYTES, "needs vectors of 256 bits or more");
    for (int columns : new int[] {32, 96, 768}) {
      for (int tokens = 2; tokens <= 8; tokens++) {
        int rows = 4 * (1 + random.nextInt(3));
        try (Arena arena = Arena.ofConfined()) {
          MemorySegment data = arena.allocate(TensorType.Q8_0.bytes((long) rows * columns));
          for (long i = 0; i < data.byteSize(); i++) {
            data.set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt(256));
          }
          for (long i = 0; i < data.byteSize(); i += 34) {
            data.set(Memory.SHORT, i, Float.floatToFloat16(random.nextFloat()));
          }
          float[] x = values(tokens * columns);
          float[] weights = new float[rows * columns];
          vector.dequantize(TensorType.Q8_0, data.address(), weights, 0, weights.length);
          float[] expected = new float[tokens * rows];
          for (int r = 0; r < rows; r += 4) {
            vector.multiply(weights, r * columns, columns, x, 0, tokens, expected, r, rows, 4);
          }
          for (int fewer = rows - 1; fewer <= rows; fewer++) { // odd and even
            float[] ours = new float[tokens * rows];
            assertThat(
                    vector.multiplyFew(
                        TensorType.Q8_0,
                        data.address(),
                        fewer,
                        columns,
                        x,
                        0,
                        tokens,
                        ours,
                        0,
                        rows))
                .isTrue();
            for (int t = 0; t < tokens; t++) {
              assertThat(Arrays.copyOfRange(ours, t * rows, t * rows + fewer))
                  .isEqualTo(Arrays.copyOfRange(expected, t * rows, t * rows + fewer));
            }
          }
        }
      }
    }
  }

  @Test
  void packedProductsAreTheSameForAnyShapeAndCompany() {
    for (int columns : new int[] {32, 96, 320, 768}) {
      for (int tokens = 1; tokens <= 25; tokens += 3) {
        int rows = 1 + random.nextInt(70);
        try (Arena arena = Arena.ofConfined();
            PackedActivations packed = new PackedActivations()) {
          MemorySegment data = arena.allocate(TensorType.MXFP4.bytes((long) rows * columns));
          for (long i = 0; i < data.byteSize(); i++) {
            data.set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt(256));
          }
          for (long i = 0; i < data.byteSize(); i += 17) {
            data.set(ValueLayout.JAVA_BYTE, i, (byte) (110 + random.nextInt(16)));
          }
          float[] x = values(tokens * columns);
          float[] expected = packed(scalar, packed, x, data, rows, columns, tokens);
          assertThat(packed(vector, packed, x, data, rows, columns, tokens)).isEqualTo(expected);
          int alone = random.nextInt(tokens);
          float[] itsOwn = Arrays.copyOfRange(x, alone * columns, (alone + 1) * columns);
          assertThat(packed(vector, packed, itsOwn, data, rows, columns, 1))
              .isEqualTo(Arrays.copyOfRange(expected, alone * rows, (alone + 1) * rows));
          float[] weights = new float[rows * columns];
          vector.dequantize(TensorType.MXFP4, data.address(), weights, 0, weights.length);
          for (int t = 0; t < tokens; t++) {
            for (int r = 0; r < rows; r++) {
              double exact = 0;
              double size = 0;
              for (int c = 0; c < columns; c++) {
                double term = (double) weights[r * columns + c] * x[t * columns + c];
                exact += term;
                size += Math.abs(term);
              }
              assertThat((double) expected[t * rows + r]).isCloseTo(exact, within(size * 4e-3));
            }
          }
        }
      }
    }
  }

  @Test
  void packedProductsHoldTheLargestOfAllNumbers() {
    int columns = 64;
    try (Arena arena = Arena.ofConfined();
        PackedActivations packed = new PackedActivations()) {
      MemorySegment data = arena.allocate(TensorType.MXFP4.bytes(columns));
      data.fill((byte) 0xff); // all codes -6
      data.set(ValueLayout.JAVA_BYTE, 0, (byte) 127);
      data.set(ValueLayout.JAVA_BYTE, 17, (byte) 127);
      float[] x = new float[columns];
      Arrays.fill(x, 0, 32, -7f);
      Arrays.fill(x, 32, 48, 3f);
      float[] out = packed(vector, packed, x, data, 1, columns, 1);
      assertThat(out[0]).isCloseTo(6 * (32 * 7 - 16 * 3), within(1e-2f));
    }
  }

  private static float[] packed(
      Kernel kernel,
      PackedActivations packed,
      float[] x,
      MemorySegment data,
      int rows,
      int columns,
      int tokens) {
    packed.clear();
    assertThat(packed.reserve(tokens, columns)).isZero();
    packed.allocate();
    int groupUnits = columns / PackedActivations.BLOCK;
    for (int t = 0, unit = 0; t < tokens; t += PackedActivations.GROUP, unit += groupUnits) {
      kernel.pack(
          x,
          t * columns,
          columns,
          Math.min(PackedActivations.GROUP, tokens - t),
          packed.address(unit),
          packed.scales(),
          unit * PackedActivations.GROUP);
    }
    float[] out = new float[tokens * rows];
    kernel.multiplyPacked(
        data.address(),
        rows,
        columns,
        packed.address(0),
        packed.scales(),
        0,
        tokens,
        new PackedScratch(),
        out,
        0,
        rows);
    return out;
  }

  @Test
  void zerosAndTinyActivationsRoundToZeros() {
    RoundedActivations rounded = new RoundedActivations();
    float[] x = new float[64];
    x[40] = 1e-38f;
    rounded.add(vector, x, 0, 64);
    assertThat(rounded.scales).startsWith(0, 0);
    assertThat(rounded.values).startsWith(new short[64]);
  }

  @Test
  void elementwiseFunctionsAreTheSame() {
    for (int size : new int[] {1, 16, 31, 64, 257}) {
      float[] gate = values(size);
      float[] up = values(size);
      float[] ours = gate.clone();
      float[] expected = gate.clone();
      vector.swiglu(ours, 0, up, 0, size);
      scalar.swiglu(expected, 0, up, 0, size);
      assertThat(ours).containsExactly(expected, within(1e-5f));
      ours = gate.clone();
      expected = gate.clone();
      vector.clampedSwiglu(ours, 0, up, 0, size);
      scalar.clampedSwiglu(expected, 0, up, 0, size);
      assertThat(ours).containsExactly(expected, within(1e-5f));
      vector.rmsNorm(gate, 0, up, 1e-5f, ours, 0, size);
      scalar.rmsNorm(gate, 0, up, 1e-5f, expected, 0, size);
      assertThat(ours).containsExactly(expected, within(1e-5f));
    }
  }

  @Test
  void softmaxIsTheSameWithMaskedPositionsAndASink() {
    float[] scores = values(128);
    for (int i = 100; i < 128; i++) {
      scores[i] = Float.NEGATIVE_INFINITY;
    }
    float[] ours = scores.clone();
    float[] expected = scores.clone();
    vector.softmax(ours, 0, 128, 0.7f);
    scalar.softmax(expected, 0, 128, 0.7f);
    assertThat(ours).containsExactly(expected, within(1e-6f));
    assertThat(ours[127]).isZero();
  }

  private float[] values(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
