package org.harmonykb.engine;

import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How much memory the engine may count on.
 *
 * @param limitBytes memory of the whole process, its heap and the pages that it maps included; 0
 *     means what its cgroup or the machine has
 * @param othersBytes what the rest of the process needs outside the heap
 * @param locks whether mapped weights stay in memory once they are read, if the system allows it
 */
public record MemoryOptions(long limitBytes, long othersBytes, boolean locks) {

  private static final Pattern SIZE =
      Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*([kmgt]?)(i?)b?", Pattern.CASE_INSENSITIVE);

  /** Code, classes, threads and the garbage collector of a process that runs the engine alone. */
  private static final long JVM_BYTES = 320L << 20;

  public static final MemoryOptions AUTO = new MemoryOptions(0, JVM_BYTES, false);

  public MemoryOptions {
    if (limitBytes < 0 || othersBytes < 0) {
      throw new IllegalArgumentException("sizes of memory must not be negative");
    }
  }

  /**
   * Reads {@code auto} or a size such as {@code 6GB} (10^9 bytes) or {@code 6GiB} (2^30).
   *
   * @throws IllegalArgumentException if it is neither
   */
  public static MemoryOptions parse(String text) {
    if (text.strip().equalsIgnoreCase("auto")) {
      return AUTO;
    }
    Matcher matcher = SIZE.matcher(text.strip());
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "the memory is 'auto' or a size such as 6GB, not '" + text + "'");
    }
    int power = " kmgt".indexOf(matcher.group(2).isEmpty() ? " " : lower(matcher.group(2)));
    double unit = Math.pow(matcher.group(3).isEmpty() ? 1000 : 1024, power);
    long bytes = Math.round(Double.parseDouble(matcher.group(1)) * unit);
    if (bytes == 0) {
      throw new IllegalArgumentException("the memory must not be 0; 'auto' takes what is there");
    }
    return new MemoryOptions(bytes, JVM_BYTES, false);
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  /** With room for more than the engine. */
  public MemoryOptions plusOthers(long bytes) {
    return new MemoryOptions(limitBytes, othersBytes + bytes, locks);
  }

  /** With or without locked pages. */
  public MemoryOptions withLocks(boolean isOn) {
    return new MemoryOptions(limitBytes, othersBytes, isOn);
  }

  /** The limit in bytes: as configured, else the cgroup's, else seven eighths of the machine. */
  public long resolve() {
    if (limitBytes > 0) {
      return limitBytes;
    }
    if (ManagementFactory.getOperatingSystemMXBean()
        instanceof com.sun.management.OperatingSystemMXBean system) {
      long memory = system.getTotalMemorySize(); // the cgroup's limit, v1 or v2, where there is one
      return memory < MachineMemory.bytes() ? memory : memory / 8 * 7;
    }
    return Long.MAX_VALUE;
  }
}
