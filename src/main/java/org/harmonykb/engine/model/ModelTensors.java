package org.harmonykb.engine.model;

import java.util.Arrays;
import org.harmonykb.engine.ModelFormatException;
import org.harmonykb.engine.format.ModelFile;
import org.harmonykb.engine.format.Tensor;
import org.harmonykb.engine.kernel.Compute;
import org.jspecify.annotations.Nullable;

/** A file's tensors by name, each checked for the shape that the model needs. */
final class ModelTensors {

  private final ModelFile file;
  private final Compute compute;

  ModelTensors(ModelFile file, Compute compute) {
    this.file = file;
    this.compute = compute;
  }

  boolean has(String name) {
    return file.tensorOrNull(name) != null;
  }

  /** A matrix, or stacked matrices, with these extents, fastest first. */
  Tensor matrix(String name, long... shape) {
    Tensor tensor = file.tensor(name);
    if (!Arrays.equals(tensor.shape(), shape)) {
      throw new ModelFormatException(
          file.path(),
          name,
          "has the shape %s, but the model needs %s"
              .formatted(Arrays.toString(tensor.shape()), Arrays.toString(shape)));
    }
    if (!Compute.supports(tensor.type())) {
      throw new ModelFormatException(
          file.path(), name, "is stored as " + tensor.type() + ", which cannot be computed with");
    }
    return tensor;
  }

  /** The matrix that logits are computed with, which in some models is the embedding. */
  Tensor output(Tensor embedding) {
    return has("output.weight")
        ? matrix("output.weight", embedding.columns(), embedding.rows())
        : embedding;
  }

  /** All values of a small tensor. */
  float[] vector(String name, long... shape) {
    return compute.values(matrix(name, shape));
  }

  float @Nullable [] vectorOrNull(String name, long... shape) {
    return has(name) ? vector(name, shape) : null;
  }
}
