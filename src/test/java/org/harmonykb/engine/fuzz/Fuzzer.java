package org.harmonykb.engine.fuzz;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * A mutational fuzzer without coverage feedback: changes seeds and loads them, for so many minutes.
 * Inputs that were accepted join the seeds for a while, so that damage adds up. A finding is
 * written to the working folder and ends the run. See docs/fuzzing.md.
 */
public final class Fuzzer {

  private static final String[] WORDS = {
    "0",
    "-1",
    "1",
    "2",
    "3",
    "31",
    "64",
    "255",
    "65536",
    "2147483647",
    "2147483648",
    "4294967295",
    "9223372036854775807",
    "1e308",
    "-1e-9",
    "0.5",
    "null",
    "true",
    "[]",
    "{}",
    "\"\"",
    "[[[[",
    "\\u0000",
    "\"F32\"",
    "\"BF16\"",
    "\"I32\"",
    "\"U8\"",
    "\"I64\"",
    "\"yarn\"",
    "\"linear\"",
    "\"default\"",
    "\"gptq_v2\"",
    "\"awq\"",
    "\"gptq\"",
    "\"Qwen3ForCausalLM\"",
    "\"qwen3moe\"",
    "gpt-oss"
  };

  private static final long[] NUMBERS = {
    0,
    1,
    -1,
    2,
    7,
    8,
    9,
    31,
    32,
    33,
    127,
    128,
    255,
    256,
    65535,
    65536,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    1L << 31,
    1L << 32,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    0x7fc00000,
    0x7f800000
  };

  private final FuzzTarget target;
  private final Random random;
  private final List<byte[]> accepted = new ArrayList<>();

  public Fuzzer(FuzzTarget target, long seed) {
    this.target = target;
    this.random = new Random(seed);
  }

  /** {@code Fuzzer FORMAT|all MINUTES [SEED]}. */
  public static void main(String[] arguments) throws IOException {
    long seed = arguments.length > 2 ? Long.parseLong(arguments[2]) : System.nanoTime();
    for (FuzzTarget target : FuzzTarget.values()) {
      if (arguments[0].equals("all") || arguments[0].equalsIgnoreCase(target.name())) {
        long end = System.nanoTime() + (long) (Double.parseDouble(arguments[1]) * 60e9);
        Fuzzer fuzzer = new Fuzzer(target, seed);
        Path folder = Files.createTempDirectory("kb-fuzz");
        long runs = 0;
        long used = 0;
        while (System.nanoTime() < end) {
          used += fuzzer.step(folder) ? 1 : 0;
          runs++;
        }
        System.out.printf(
            "%s: %d inputs, %d usable, the others refused; seed %d%n", target, runs, used, seed);
      }
    }
  }

  /** Tries one input. */
  public boolean step(Path folder) throws IOException {
    List<byte[]> seeds = target.seeds();
    byte[] input =
        accepted.isEmpty() || random.nextInt(3) == 0
            ? seeds.get(random.nextInt(seeds.size()))
            : accepted.get(random.nextInt(accepted.size()));
    for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
      input = changed(input);
    }
    try {
      boolean isUsable = target.accepts(input, folder);
      if (isUsable) {
        if (accepted.size() > 40 || random.nextInt(200) == 0) {
          accepted.clear();
        }
        accepted.add(input);
      }
      return isUsable;
    } catch (AssertionError e) {
      Path finding = Path.of("finding-" + target + "-" + Arrays.hashCode(input) + ".bin");
      Files.write(finding, input);
      throw new AssertionError("see " + finding.toAbsolutePath(), e);
    }
  }

  private byte[] changed(byte[] in) {
    if (in.length == 0) {
      return new byte[] {(byte) random.nextInt(256)};
    }
    byte[] out = in.clone();
    int at = random.nextInt(in.length);
    switch (random.nextInt(9)) {
      case 0 -> out[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> out[at] = (byte) random.nextInt(256);
      case 2 -> {
        long number = NUMBERS[random.nextInt(NUMBERS.length)];
        for (int i = 0; i < (random.nextBoolean() ? 8 : 4) && at + i < out.length; i++) {
          out[at + i] = (byte) (number >> 8 * i);
        }
      }
      case 3 -> out = Arrays.copyOf(in, at); // a file that ends early
      case 4 -> out = splice(in, at, Math.min(in.length, at + 1 + random.nextInt(40)), new byte[0]);
      case 5 -> {
        int from = random.nextInt(in.length);
        int to = Math.min(in.length, from + 1 + random.nextInt(60));
        out = splice(in, at, at, Arrays.copyOfRange(in, from, to));
      }
      case 6, 7 -> out = withWord(in, at);
      default -> {
        byte[] patch = new byte[4];
        random.nextBytes(patch);
        out = splice(in, in.length, in.length, patch);
      }
    }
    return out;
  }

  /** Replaces the number or text at this place, or after it, by another. */
  private byte[] withWord(byte[] in, int at) {
    int from = at;
    while (from < in.length && !isWord(in[from])) {
      from++;
    }
    int to = from;
    while (to < in.length && isWord(in[to])) {
      to++;
    }
    while (from > 0 && from < in.length && isWord(in[from - 1])) {
      from--;
    }
    String word = WORDS[random.nextInt(WORDS.length)];
    return splice(in, from, to, word.getBytes(StandardCharsets.UTF_8));
  }

  private static boolean isWord(byte b) {
    return b >= '0' && b <= '9'
        || b >= 'a' && b <= 'z'
        || b >= 'A' && b <= 'Z'
        || b == '"'
        || b == '.'
        || b == '-'
        || b == '_';
  }

  private static byte[] splice(byte[] in, int from, int to, byte[] middle) {
    byte[] out = Arrays.copyOf(in, from + middle.length + in.length - to);
    System.arraycopy(middle, 0, out, from, middle.length);
    System.arraycopy(in, to, out, from + middle.length, in.length - to);
    return out;
  }
}
