package org.harmonykb.engine.model;

import java.util.Arrays;
import org.harmonykb.engine.ModelFormatException;
import org.harmonykb.engine.format.ModelFile;
import org.harmonykb.engine.format.Tensor;
import org.harmonykb.engine.kernel.Compute;
import org.harmonykb.engine.paging.LayerExperts;
import org.harmonykb.engine.paging.WeightStore;
import org.jspecify.annotations.Nullable;

/** A file's tensors by name, each checked for the shape that the model needs. */
final class ModelTensors {

  private final ModelFile file;
  private final Compute compute;
  private final WeightStore weights;

  ModelTensors(ModelFile file, Compute compute, WeightStore weights) {
    this.file = file;
    this.compute = compute;
    this.weights = weights;
  }

  boolean has(String name) {
    return file.tensorOrNull(name) != null;
  }

  /** A matrix with these extents, fastest first. */
  Tensor matrix(String name, long... shape) {
    return weights.dense(mapped(name, shape));
  }

  /** The weights of a layer's experts. */
  LayerExperts experts(int layer, Tensor gate, Tensor up, Tensor down) {
    return weights.experts(layer, gate, up, down);
  }

  /** A tensor with these extents as the file maps it. */
  Tensor mapped(String name, long... shape) {
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
    return compute.values(mapped(name, shape));
  }

  float @Nullable [] vectorOrNull(String name, long... shape) {
    return has(name) ? vector(name, shape) : null;
  }
}
