package org.harmonykb.engine.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * All of the address space as one segment that the JIT sees as a constant. Reading a mapped weight
 * by absolute address costs no bounds or liveness check per access, which was worth 20 % on one
 * core and half as much again on two; whoever passes an address must keep its segment alive and has
 * checked its range when the file was opened.
 */
final class Memory {

  static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private Memory() {}

  static int unsignedByte(long address) {
    return ALL.get(ValueLayout.JAVA_BYTE, address) & 0xff;
  }

  static int signedByte(long address) {
    return ALL.get(ValueLayout.JAVA_BYTE, address);
  }

  static float half(long address) {
    return Float.float16ToFloat(ALL.get(SHORT, address));
  }

  /** Half the scale of an MXFP4 block: codes are looked up as twice their value. */
  static float halfE8m0(long address) {
    return 0.5f * e8m0(unsignedByte(address));
  }

  /** The scale 2^(e-127) of an MXFP4 block, whose exponent is stored as one byte. */
  static float e8m0(int exponent) {
    return Float.intBitsToFloat(exponent == 0 ? 0x00400000 : exponent << 23);
  }
}
