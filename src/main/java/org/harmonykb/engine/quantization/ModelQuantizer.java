package org.harmonykb.engine.quantization;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import org.harmonykb.engine.EngineException;
import org.harmonykb.engine.format.GgufPairs;
import org.harmonykb.engine.format.GgufWriter;
import org.harmonykb.engine.format.ModelFile;
import org.harmonykb.engine.format.Tensor;
import org.harmonykb.engine.kernel.RowCodec;

/**
 * Writes a model anew in other types. Tensors are read, converted and written in slabs of rows by
 * all threads at once, so that memory depends on the threads and not on the model: each holds a
 * slab and a row, and what was read of a mapped file is given back to the system at once.
 */
public final class ModelQuantizer {

  /** Told how far the work is; always called by the thread that called {@link #run}. */
  public interface Listener {

    /** A tensor is next. */
    void tensor(TensorPlan plan);

    /**
     * @param done bytes written
     * @param total bytes of all tensors
     */
    void progress(long done, long total);
  }

  /** Sizes of the model's files, in bytes. */
  public record Result(long sourceBytes, long bytes) {}

  private ModelQuantizer() {}

  /**
   * Quantises a model to a GGUF file.
   *
   * @param out replaced when the new file is whole, and left alone on any failure
   * @throws EngineException if the file cannot be written
   */
  public static Result run(
      ModelFile model, Path out, QuantizationOptions options, Listener listener) {
    if (out.toAbsolutePath().normalize().equals(model.path().toAbsolutePath().normalize())) {
      throw new EngineException(out + " is the model itself; name another file to write");
    }
    List<TensorPlan> plans = Planner.plan(model, options);
    GgufPairs metadata =
        GgufPairs.copyOf(model.metadata())
            .remove(SourceLayout.PAIRING)
            .put("general.file_type", Planner.fileType(plans))
            .put("general.quantization_version", 2);
    try (GgufWriter writer =
            GgufWriter.create(out, metadata, plans.stream().map(TensorPlan::entry).toList());
        SlabWriter slabs = new SlabWriter(writer, options.threads())) {
      slabs.expect(plans.stream().mapToLong(TensorPlan::bytes).sum(), listener::progress);
      for (int i = 0; i < plans.size(); i++) {
        listener.tensor(plans.get(i));
        write(slabs, i, plans.get(i), SourceLayout.of(model, plans.get(i).source()), options);
      }
      writer.finish();
      return new Result(model.size(), writer.size());
    } catch (IOException e) {
      throw new EngineException("cannot write " + out + ": " + e.getMessage(), e);
    }
  }

  private static void write(
      SlabWriter slabs,
      int index,
      TensorPlan plan,
      SourceLayout layout,
      QuantizationOptions options)
      throws IOException {
    Tensor source = plan.source();
    int columns = source.columns();
    long rows = source.elements() / columns;
    long sourceRow = source.rowBytes();
    long row = plan.type().bytes(columns);
    MemorySegment data = source.data();
    if (plan.copies() && layout.isPlain()) {
      slabs.write(
          index,
          rows,
          row,
          (from, to, out) -> {
            MemorySegment.copy(data, from * row, out, 0, (to - from) * row);
            release(data, from * row, to * row);
          });
      return;
    }
    float[] importance = options.importance() == null ? null : options.importance().of(source);
    slabs.write(
        index,
        rows,
        row,
        (from, to, out) -> {
          RowCodec codec = new RowCodec(options.rounding());
          float[] stored = new float[columns];
          float[] values = layout.isPlain() ? stored : new float[columns];
          boolean isVector = source.shape().length == 1;
          for (long r = from; r < to; r++) {
            long sourceIndex = isVector ? r : layout.source(r);
            codec.decode(source.type(), data, sourceIndex * sourceRow, stored, columns);
            if (!layout.isPlain()) {
              layout.order(stored, values, isVector);
            }
            int matrix = (int) (r / source.rows()) * columns;
            codec.encode(plan.type(), values, columns, importance, matrix, out, (r - from) * row);
          }
          release(data, from * sourceRow, to * sourceRow);
        });
  }

  /** Unmaps pages that nobody will read again; those shared with a neighbour are read anew. */
  private static void release(MemorySegment data, long from, long to) {
    if (data.isMapped()) {
      data.asSlice(from, to - from).unload();
    }
  }
}
