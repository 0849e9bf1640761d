package org.harmonykb.engine.format;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.harmonykb.engine.ModelFormatException;

/** Reads GGUF's header values one after another and never beyond the end of the file. */
final class GgufCursor {

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final int MAX_DEPTH = 8;

  /** Of strings and arrays; the largest vocabularies have half a million merges. */
  private static final int MAX_LENGTH = 1 << 25;

  private final Path path;
  private final MemorySegment file;
  private long position;

  GgufCursor(Path path, MemorySegment file) {
    this.path = path;
    this.file = file;
  }

  long position() {
    return position;
  }

  int int8() {
    return file.get(ValueLayout.JAVA_BYTE, advance(1));
  }

  int int16() {
    return file.get(SHORT, advance(2));
  }

  int int32() {
    return file.get(INT, advance(4));
  }

  long int64() {
    return file.get(LONG, advance(8));
  }

  /** A 64-bit count of things that take at least so many bytes each in the rest of the file. */
  int count(String what, int minimumBytes) {
    long count = int64();
    if (count < 0 || count > (file.byteSize() - position) / minimumBytes) {
      throw new ModelFormatException(
          path,
          null,
          "claims a " + what + " of " + Long.toUnsignedString(count) + ", more than it can hold");
    }
    if (count > MAX_LENGTH) {
      throw new ModelFormatException(
          path, null, "has a " + what + " of " + count + "; " + MAX_LENGTH + " can be read");
    }
    return (int) count;
  }

  String string() {
    int length = count("string length", 1);
    byte[] bytes = new byte[length];
    MemorySegment.copy(file, ValueLayout.JAVA_BYTE, advance(length), bytes, 0, length);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /**
   * The kind of the next value.
   *
   * @throws ModelFormatException if the specification knows none with this number
   */
  GgufType type() {
    int id = int32();
    GgufType type = GgufType.byId(id);
    if (type == null) {
      throw new ModelFormatException(path, null, "has the unknown metadata type " + id);
    }
    return type;
  }

  /** A value that is no array. */
  Object value(GgufType type) {
    return switch (type) {
      case UINT8 -> int8() & 0xff;
      case INT8 -> int8();
      case UINT16 -> int16() & 0xffff;
      case INT16 -> int16();
      case UINT32 -> int32() & 0xffffffffL;
      case INT32 -> int32();
      case FLOAT32 -> file.get(FLOAT, advance(4));
      case BOOL -> int8() != 0;
      case STRING -> string();
      case ARRAY -> throw new IllegalArgumentException("an array is read by array()");
      case UINT64, INT64 -> int64();
      case FLOAT64 -> file.get(DOUBLE, advance(8));
    };
  }

  /** An array, by the kind of its elements. */
  Object array(GgufType type) {
    return array(type, 0);
  }

  private Object array(GgufType type, int depth) {
    return switch (type) {
      case UINT8, INT8, BOOL -> {
        int[] values = new int[count("array length", 1)];
        for (int i = 0; i < values.length; i++) {
          values[i] = type == GgufType.INT8 ? int8() : int8() & 0xff;
        }
        yield values;
      }
      case UINT16, INT16 -> {
        int[] values = new int[count("array length", 2)];
        for (int i = 0; i < values.length; i++) {
          values[i] = type == GgufType.INT16 ? int16() : int16() & 0xffff;
        }
        yield values;
      }
      case UINT32, INT32 -> {
        int[] values = new int[count("array length", 4)];
        MemorySegment.copy(file, INT, advance(4L * values.length), values, 0, values.length);
        yield values;
      }
      case FLOAT32 -> {
        float[] values = new float[count("array length", 4)];
        MemorySegment.copy(file, FLOAT, advance(4L * values.length), values, 0, values.length);
        yield values;
      }
      case UINT64, INT64 -> {
        long[] values = new long[count("array length", 8)];
        MemorySegment.copy(file, LONG, advance(8L * values.length), values, 0, values.length);
        yield values;
      }
      case FLOAT64 -> {
        double[] values = new double[count("array length", 8)];
        MemorySegment.copy(file, DOUBLE, advance(8L * values.length), values, 0, values.length);
        yield values;
      }
      case STRING -> {
        String[] values = new String[count("array length", 8)];
        for (int i = 0; i < values.length; i++) {
          values[i] = string();
        }
        yield values;
      }
      case ARRAY -> {
        if (depth == MAX_DEPTH) {
          throw new ModelFormatException(path, null, "has arrays nested too deep");
        }
        Object[] values = new Object[count("array length", 12)];
        for (int i = 0; i < values.length; i++) {
          values[i] = array(type(), depth + 1);
        }
        yield values;
      }
    };
  }

  private long advance(long bytes) {
    if (bytes > file.byteSize() - position) {
      throw new ModelFormatException(
          path, null, "ends in the middle of its header; is the file whole?");
    }
    long at = position;
    position += bytes;
    return at;
  }
}
