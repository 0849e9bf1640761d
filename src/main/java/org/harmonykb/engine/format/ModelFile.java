package org.harmonykb.engine.format;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import org.harmonykb.engine.ModelFormatException;
import org.jspecify.annotations.Nullable;

/**
 * A model on disk, whatever its format: metadata under GGUF's keys and tensors under GGUF's names,
 * shapes and types. Immutable and thread-safe until {@link #close}, after which tensors must not be
 * touched.
 */
public interface ModelFile extends AutoCloseable {

  /**
   * Opens a model and checks it: a GGUF file (any part of a split one), a folder of safetensors, or
   * one safetensors file in such a folder.
   *
   * @throws ModelFormatException if it cannot be used
   */
  static ModelFile open(Path path) {
    return Files.isDirectory(path) || path.toString().endsWith(".safetensors")
        ? SafetensorsModel.open(path)
        : GgufFile.open(path);
  }

  /** The file or folder that was opened. */
  Path path();

  /** Bytes on disk. */
  long size();

  ModelMetadata metadata();

  /** All tensors, in the order of the file. */
  Collection<Tensor> tensors();

  @Nullable Tensor tensorOrNull(String name);

  /**
   * @throws ModelFormatException if there is no tensor of this name
   */
  default Tensor tensor(String name) {
    Tensor tensor = tensorOrNull(name);
    if (tensor == null) {
      throw new ModelFormatException(path(), name, "is missing");
    }
    return tensor;
  }

  /** Where a tensor's bytes lie on disk, or null if they were laid out anew. */
  default @Nullable FileRegion regionOf(Tensor tensor) {
    return null;
  }

  @Override
  void close();
}
