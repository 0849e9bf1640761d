package org.harmonykb.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.harmonykb.engine.format.TensorType;
import org.junit.jupiter.api.Test;

/**
 * Types that no fixture holds, written bit by bit from the layouts' description: blocks are built
 * from known values, which must come back.
 */
class RareTypesTest {

  private static final int[] GRID = {
    -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113
  };

  private final Random random = new Random(1);

  /** float d; then 256 signed bytes; then sums of sixteen each, which are not needed. */
  @Test
  void q8K() {
    ByteBuffer block = ByteBuffer.allocate(292).order(ByteOrder.LITTLE_ENDIAN);
    float[] expected = new float[256];
    block.putFloat(0.37f);
    for (int i = 0; i < 256; i++) {
      byte code = (byte) random.nextInt(256);
      block.put(code);
      expected[i] = 0.37f * code;
    }
    assertThat(dequantized(TensorType.Q8_K, block.array())).isEqualTo(expected);
  }

  /**
   * half d; the upper two bits of eight 6-bit scales in one 16-bit word, the lower four in four
   * bytes; then 128 bytes, of which each sixteen hold 32 codes, first half in the low nibbles.
   */
  @Test
  void iq4Xs() {
    float d = Float.float16ToFloat(Float.floatToFloat16(0.021f));
    int[] scales = new int[8];
    int[] codes = new int[256];
    ByteBuffer block = ByteBuffer.allocate(136).order(ByteOrder.LITTLE_ENDIAN);
    block.putShort(Float.floatToFloat16(0.021f));
    int high = 0;
    byte[] low = new byte[4];
    for (int g = 0; g < 8; g++) {
      scales[g] = random.nextInt(64);
      high |= scales[g] >> 4 << 2 * g;
      low[g / 2] |= (byte) ((scales[g] & 15) << 4 * (g % 2));
    }
    block.putShort((short) high).put(low);
    for (int g = 0; g < 8; g++) {
      for (int i = 0; i < 32; i++) {
        codes[32 * g + i] = random.nextInt(16);
      }
      for (int i = 0; i < 16; i++) {
        block.put((byte) (codes[32 * g + i] | codes[32 * g + 16 + i] << 4));
      }
    }
    float[] expected = new float[256];
    for (int i = 0; i < 256; i++) {
      expected[i] = d * (scales[i / 32] - 32) * GRID[codes[i]];
    }
    assertThat(dequantized(TensorType.IQ4_XS, block.array())).isEqualTo(expected);
  }

  private static float[] dequantized(TensorType type, byte[] block) {
    try (Arena arena = Arena.ofConfined()) {
      assertThat(block.length).isEqualTo(type.blockBytes());
      MemorySegment data = arena.allocateFrom(ValueLayout.JAVA_BYTE, block);
      float[] scalar = new float[256];
      float[] vector = new float[256];
      new ScalarKernel().dequantize(type, data.address(), scalar, 0, 256);
      new VectorKernel().dequantize(type, data.address(), vector, 0, 256);
      assertThat(vector).isEqualTo(scalar);
      return scalar;
    }
  }
}
