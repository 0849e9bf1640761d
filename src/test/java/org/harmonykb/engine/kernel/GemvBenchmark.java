package org.harmonykb.engine.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.harmonykb.engine.format.TensorType;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Weights times one token, and times a prompt, on one thread: {@code ./mvnw test-compile
 * exec:exec@benchmarks -Dbenchmarks=Gemv}. The matrix is larger than the caches. A score of one
 * operation per millisecond is 9.4 billion weights per second.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class GemvBenchmark {

  private static final int COLUMNS = 2304;
  private static final int ROWS = 4096;
  private static final int TASK_ROWS = 64;

  @Param({"Q8_0", "Q4_0", "Q4_1", "MXFP4", "Q4_K", "Q6_K"})
  private String type = "";

  private final VectorKernel kernel = new VectorKernel();
  private final Arena arena = Arena.ofShared();
  private final float[] x = new float[COLUMNS];
  private final float[] out = new float[ROWS];
  private TensorType tensorType = TensorType.F32;
  private long address;

  @Setup
  public void fill() {
    tensorType = TensorType.valueOf(type);
    Random random = new Random(1);
    MemorySegment data = arena.allocate(tensorType.bytes((long) COLUMNS * ROWS), 64);
    for (long i = 0; i < data.byteSize(); i++) {
      data.set(ValueLayout.JAVA_BYTE, i, (byte) (random.nextInt(256) & 0x3b));
    }
    address = data.address();
    for (int i = 0; i < COLUMNS; i++) {
      x[i] = (float) random.nextGaussian();
    }
  }

  @TearDown
  public void free() {
    arena.close();
  }

  @Benchmark
  public float[] oneToken() {
    for (int r = 0; r < ROWS; r += TASK_ROWS) {
      kernel.multiplyOne(
          tensorType, address + r * tensorType.bytes(COLUMNS), TASK_ROWS, COLUMNS, x, 0, out, r);
    }
    return out;
  }
}
