package org.harmonykb.engine.format;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import org.harmonykb.engine.format.HfQuantization.Method;
import org.harmonykb.engine.format.Safetensors.Entry;
import org.jspecify.annotations.Nullable;

/**
 * A linear layer of 4-bit codes as GPTQ and AWQ pack them, eight in a 32-bit word: {@code weight =
 * scale * (code - zero)}, with scale and zero point by group of input values and output value.
 *
 * <ul>
 *   <li>GPTQ: words {@code [inputs / 8][outputs]}, the eight inputs from the lowest bits; {@code
 *       g_idx} names each input's group
 *   <li>AWQ (GEMM): words {@code [inputs][outputs / 8]}, the eight outputs in the order 0, 2, 4, 6,
 *       1, 3, 5, 7
 * </ul>
 *
 * Written as rows of {@link TensorType#INT4}, inputs sorted by group, so that a block has one
 * scale. Groups that are no multiple of a block are written as float32 instead. Immutable.
 */
final class PackedInt4 {

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Bits to shift an AWQ word by for the output of this number among its eight. */
  private static final int[] AWQ_SHIFT = {0, 16, 4, 20, 8, 24, 12, 28};

  private static final int BLOCK = TensorType.INT4.blockSize();

  private final HfQuantization quantization;
  private final int inputs;
  private final int outputs;
  private final MemorySegment codes;
  private final @Nullable MemorySegment zeros;
  private final MemorySegment scales;
  private final TensorType scaleType;
  private final int[] groupOf; // [inputs], in the model's order
  private final int[] order; // [inputs]: the input that is stored at this place
  private final boolean isSorted;
  private final boolean hasWholeBlocks;

  private PackedInt4(
      HfQuantization quantization,
      int inputs,
      int outputs,
      MemorySegment codes,
      @Nullable MemorySegment zeros,
      Entry scales,
      int[] groupOf,
      int groups) {
    this.quantization = quantization;
    this.inputs = inputs;
    this.outputs = outputs;
    this.codes = codes;
    this.zeros = zeros;
    this.scales = scales.data();
    this.scaleType = scales.type();
    this.groupOf = groupOf;
    int[] next = new int[groups + 1];
    for (int group : groupOf) {
      next[group + 1]++;
    }
    boolean whole = true;
    for (int g = 0; g < groups; g++) {
      whole &= next[g + 1] % BLOCK == 0;
      next[g + 1] += next[g];
    }
    this.hasWholeBlocks = whole;
    this.order = new int[inputs];
    boolean sorted = true;
    for (int c = 0; c < inputs; c++) {
      order[next[groupOf[c]]++] = c;
      sorted &= c == 0 || groupOf[c] >= groupOf[c - 1];
    }
    this.isSorted = sorted;
  }

  /**
   * The layer of this name, checked.
   *
   * @param entries all of the checkpoint's tensors
   */
  static PackedInt4 of(
      Map<String, Entry> entries, String name, Entry codes, HfQuantization quantization) {
    boolean isGptq = quantization.method() == Method.GPTQ;
    if (codes.shape().length != 2 || !codes.dtype().equals("I32")) {
      throw codes.broken("must be a matrix of 32-bit words");
    }
    long inputs = codes.shape()[0] * (isGptq ? 8 : 1);
    long outputs = codes.shape()[1] * (isGptq ? 1 : 8);
    if (inputs < 1 || outputs < 8 || outputs % 8 != 0 || inputs > 1 << 24 || outputs > 1 << 24) {
      throw codes.broken("packs an impossible matrix of " + outputs + " by " + inputs);
    }
    Entry scales = entries.get(name + ".scales");
    if (scales == null || scales.shape().length != 2) {
      throw codes.broken("has no scales beside it");
    }
    int groupSize = quantization.groupSize() == 0 ? (int) inputs : quantization.groupSize();
    int groups = (int) ((inputs + groupSize - 1) / groupSize);
    scales.requireShape(groups, outputs);
    scales.type();
    Entry zeros = entries.get(name + ".qzeros");
    if (zeros != null) {
      zeros.require("I32", groups, outputs / 8);
    } else if (!quantization.isSymmetric()) {
      throw codes.broken("has no zero points (qzeros) beside it");
    }
    int[] groupOf = new int[(int) inputs];
    Entry index = isGptq ? entries.get(name + ".g_idx") : null;
    if (index != null && index.data().byteSize() > 0) {
      index.require("I32", inputs);
      for (int c = 0; c < groupOf.length; c++) {
        groupOf[c] = index.data().get(INT, 4L * c);
        if (groupOf[c] < 0 || groupOf[c] >= groups) {
          throw index.broken("names the group " + groupOf[c] + " of " + groups);
        }
      }
    } else {
      for (int c = 0; c < groupOf.length; c++) {
        groupOf[c] = c / groupSize;
      }
    }
    return new PackedInt4(
        quantization,
        (int) inputs,
        (int) outputs,
        codes.data(),
        zeros == null ? null : zeros.data(),
        scales,
        groupOf,
        groups);
  }

  int inputs() {
    return inputs;
  }

  int outputs() {
    return outputs;
  }

  TensorType type() {
    return hasWholeBlocks ? TensorType.INT4 : TensorType.F32;
  }

  /** See {@link Tensor#columnOrder}. */
  int @Nullable [] columnOrder() {
    return hasWholeBlocks && !isSorted ? order : null;
  }

  /** Writes one row of {@link #type}. */
  void row(int output, byte[] bytes, int at) {
    ByteBuffer out = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).position(at);
    byte[] row = codes(output);
    if (!hasWholeBlocks) {
      for (int c = 0; c < inputs; c++) {
        out.putFloat(scale(groupOf[c], output) * (row[c] - zero(groupOf[c], output)));
      }
      return;
    }
    for (int from = 0; from < inputs; from += BLOCK, at += TensorType.INT4.blockBytes()) {
      int group = groupOf[order[from]];
      out.putFloat(at, scale(group, output));
      bytes[at + 4] = (byte) zero(group, output);
      for (int i = 0; i < BLOCK / 2; i++) {
        int high = row[order[from + i + BLOCK / 2]] << 4;
        bytes[at + 5 + i] = (byte) (row[order[from + i]] | high);
      }
    }
  }

  /** The codes of one output, one by input, in the model's order. */
  private byte[] codes(int output) {
    byte[] row = new byte[inputs];
    if (quantization.method() == Method.GPTQ) {
      for (int c = 0; c < inputs; c += 8) {
        int word = codes.get(INT, 4 * ((long) (c >> 3) * outputs + output));
        for (int i = 0; i < 8; i++) {
          row[c + i] = (byte) (word >>> 4 * i & 15);
        }
      }
    } else {
      int shift = AWQ_SHIFT[output & 7];
      for (int c = 0; c < inputs; c++) {
        int word = codes.get(INT, 4 * ((long) c * (outputs >> 3) + (output >> 3)));
        row[c] = (byte) (word >>> shift & 15);
      }
    }
    return row;
  }

  private int zero(int group, int output) {
    if (zeros == null) {
      return 8;
    }
    int word = zeros.get(INT, 4 * ((long) group * (outputs >> 3) + (output >> 3)));
    if (quantization.method() == Method.AWQ) {
      return word >>> AWQ_SHIFT[output & 7] & 15;
    }
    int stored = word >>> 4 * (output & 7) & 15;
    // A zero point of 0 wraps around to 15 when it is stored less one.
    return quantization.storesZeroMinusOne() ? stored + 1 & 15 : stored;
  }

  private float scale(int group, int output) {
    long at = (long) group * outputs + output;
    return switch (scaleType) {
      case F16 -> Float.float16ToFloat(scales.get(SHORT, 2 * at));
      case BF16 -> Float.intBitsToFloat(scales.get(SHORT, 2 * at) << 16);
      default -> scales.get(FLOAT, 4 * at);
    };
  }
}
