package org.harmonykb.engine.quantization;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;

/**
 * Normally distributed weights in storage types, faster than a disk writes. Random bits choose from
 * tables of 65,536 normal values, or of codes made of them. What is at a place depends on seed,
 * tensor and the slab's beginning alone. Immutable and thread-safe.
 */
final class RandomWeights {

  /** What a tensor is filled with. */
  enum Kind {
    MXFP4,
    Q8_0,
    /** Floats around zero. */
    FLOATS,
    /** Floats around one. */
    NORM,
    /** Floats of which a random half is the given size and the other zero. */
    SKEWED
  }

  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final int TABLE = 1 << 16;
  private static final float[] NORMAL = new float[TABLE];

  /** Two codes of E2M1 in a byte; as numbers they have a deviation of 2, so few pass 6. */
  private static final byte[] E2M1_PAIRS = new byte[TABLE];

  /** Bytes with a deviation of 127 / 4. */
  private static final byte[] BYTES = new byte[TABLE];

  private static final float[] E2M1 = {0, 0.5f, 1, 1.5f, 2, 3, 4, 6};

  /** The deviation of MXFP4 weights whose block exponents are -1, 0, 0 or 1. */
  private static final double MXFP4_DEVIATION = 2 * Math.sqrt((0.25 + 1 + 1 + 4) / 4);

  static {
    Random random = new Random(20);
    for (int i = 0; i < TABLE; i++) {
      NORMAL[i] = (float) random.nextGaussian();
      E2M1_PAIRS[i] =
          (byte) (e2m1(2 * random.nextGaussian()) | e2m1(2 * random.nextGaussian()) << 4);
      BYTES[i] = (byte) Math.clamp(Math.round(random.nextGaussian() * 127 / 4), -127, 127);
    }
  }

  private final long seed;

  RandomWeights(long seed) {
    this.seed = seed;
  }

  /** The value below which this share of the normal distribution lies. */
  static double quantile(double share) {
    float[] sorted = NORMAL.clone();
    Arrays.sort(sorted);
    return sorted[(int) (share * TABLE)];
  }

  /**
   * Fills a slab of a tensor.
   *
   * @param size deviation of the weights; of SKEWED the higher value
   * @param tensor number of the tensor in its file
   * @param from the slab's first value in the tensor
   */
  void fill(Kind kind, double size, int tensor, long from, MemorySegment out) {
    Bits bits = new Bits(seed, tensor, from);
    switch (kind) {
      case MXFP4 -> mxfp4(bits, size, out);
      case Q8_0 -> q80(bits, size, out);
      case FLOATS -> floats(bits, 0, size, out);
      case NORM -> floats(bits, 1, size, out);
      case SKEWED -> skewed(bits, size, out);
    }
  }

  private static void mxfp4(Bits bits, double deviation, MemorySegment out) {
    int exponent = 127 + (int) Math.round(Math.log(deviation / MXFP4_DEVIATION) / Math.log(2));
    for (long at = 0; at < out.byteSize(); at += 17) {
      int choice = (int) (bits.next() >>> 62);
      out.set(
          ValueLayout.JAVA_BYTE, at, (byte) (exponent + (choice == 0 ? -1 : choice == 1 ? 1 : 0)));
      out.set(LONG, at + 1, bits.eight(E2M1_PAIRS));
      out.set(LONG, at + 9, bits.eight(E2M1_PAIRS));
    }
  }

  private static void q80(Bits bits, double deviation, MemorySegment out) {
    for (long at = 0; at < out.byteSize(); at += 34) {
      double around = 0.8 + 0.4 * (bits.next() >>> 56) / 255;
      out.set(SHORT, at, Float.floatToFloat16((float) (around * deviation * 4 / 127)));
      for (int i = 2; i < 34; i += 8) {
        out.set(LONG, at + i, bits.eight(BYTES));
      }
    }
  }

  private static void floats(Bits bits, double mean, double deviation, MemorySegment out) {
    for (long at = 0; at < out.byteSize(); at += 4) {
      float normal = NORMAL[(int) (bits.next() >>> 48)];
      out.set(FLOAT, at, (float) (mean + deviation * normal));
    }
  }

  /** One row; a shuffled half of it is favoured. */
  private static void skewed(Bits bits, double size, MemorySegment out) {
    int count = (int) (out.byteSize() / 4);
    int favoured = count / 2;
    for (int i = 0; i < count; i++) {
      boolean chosen = Long.remainderUnsigned(bits.next(), count - i) < favoured;
      favoured -= chosen ? 1 : 0;
      out.set(
          FLOAT, 4L * i, (float) ((chosen ? size : 0) + 0.02 * NORMAL[(int) (bits.next() >>> 48)]));
    }
  }

  private static int e2m1(double value) {
    int best = 0;
    for (int code = 1; code < E2M1.length; code++) {
      if (Math.abs(Math.abs(value) - E2M1[code]) < Math.abs(Math.abs(value) - E2M1[best])) {
        best = code;
      }
    }
    return value < 0 && best > 0 ? best | 8 : best;
  }

  /**
   * SplitMix64, whose whole state is a counter. Source: Steele, Lea, Flood, "Fast splittable
   * pseudorandom number generators".
   */
  private static final class Bits {

    private static final long GAMMA = 0x9e3779b97f4a7c15L;

    private long state;

    Bits(long seed, int tensor, long from) {
      state = mix(mix(mix(seed + GAMMA) + tensor + GAMMA) + from + GAMMA);
    }

    long next() {
      state += GAMMA;
      return mix(state);
    }

    /** Eight bytes chosen from a table. */
    long eight(byte[] table) {
      long bytes = 0;
      for (int half = 0; half < 2; half++) {
        long random = next();
        for (int i = 0; i < 4; i++, random >>>= 16) {
          bytes = bytes << 8 | table[(int) random & 0xffff] & 0xff;
        }
      }
      return bytes;
    }

    private static long mix(long z) {
      z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
      z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
      return z ^ z >>> 31;
    }
  }
}
