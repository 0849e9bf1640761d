package org.harmonykb.engine.model;

import java.util.ArrayList;
import java.util.List;
import org.harmonykb.engine.format.Tensor;
import org.harmonykb.engine.kernel.Compute;
import org.harmonykb.engine.kernel.TokenKinds;

/**
 * Adds what the adapters of a batch's tokens contribute: {@code y[t] += scale * B A x[t]} for the
 * rows that chose one, after the product with the base weight. Neighbouring rows of the same choice
 * are computed together, by the same kernels as all products, so that a row's result does not
 * depend on its neighbours. Costs one look at a flag where no token of the batch has an adapter.
 * Owned by the engine's thread.
 */
final class LoraPass {

  private record Part(
      LoraAdapter.Delta delta,
      int matrix,
      float[] x,
      int xOffset,
      int rows,
      float[] y,
      int yOffset,
      float scale) {}

  private LoraChoice[] choices = {}; // by row
  private boolean isActive;
  private final List<Part> parts = new ArrayList<>();
  private float[] low = {}; // A x: [rows][rank] of each part
  private float[] high = {}; // B A x: [rows][rows of the weight] of each part

  /** Begins a pass whose rows are the batch's tokens. */
  void begin(Batch batch) {
    choices = batch.choices;
    isActive = batch.hasAdapters;
    parts.clear();
  }

  /** Goes on with only these rows. */
  void keep(int[] rows, int count) {
    if (isActive) {
      LoraChoice[] kept = new LoraChoice[count];
      for (int i = 0; i < count; i++) {
        kept[i] = choices[rows[i]];
      }
      choices = kept;
    }
  }

  /** Whether any token has an adapter. */
  boolean isActive() {
    return isActive;
  }

  /** Adds the change of a weight, for all rows, to the next {@link #run}. */
  LoraPass add(Tensor weight, float[] x, int rows, float[] y) {
    if (isActive) {
      int start = 0;
      for (int row = 1; row <= rows; row++) {
        if (row == rows || !choices[row].equals(choices[start])) {
          add(weight, 0, choices[start], x, start, row, y, start);
          start = row;
        }
      }
    }
    return this;
  }

  /**
   * Adds the change of one of a tensor's stacked matrices for a range of rows that are not the
   * batch's own.
   *
   * @param tokens the batch's row that each of these rows belongs to
   * @param yFrom the row of {@code y} for the row {@code from} of {@code x}
   */
  LoraPass add(
      Tensor weight, int matrix, float[] x, int[] tokens, int from, int to, float[] y, int yFrom) {
    int start = from;
    for (int row = from + 1; row <= to; row++) {
      if (row == to || !choices[tokens[row]].equals(choices[tokens[start]])) {
        add(weight, matrix, choices[tokens[start]], x, start, row, y, yFrom + start - from);
        start = row;
      }
    }
    return this;
  }

  private void add(
      Tensor weight,
      int matrix,
      LoraChoice choice,
      float[] x,
      int from,
      int to,
      float[] y,
      int yFrom) {
    LoraAdapter adapter = choice.adapter();
    LoraAdapter.Delta delta = adapter == null ? null : adapter.delta(weight);
    if (delta != null) {
      parts.add(
          new Part(
              delta,
              matrix,
              x,
              from * weight.columns(),
              to - from,
              y,
              yFrom * weight.rows(),
              delta.scale() * choice.scale()));
    }
  }

  /** Computes all that was added. */
  void run(Compute compute) {
    if (parts.isEmpty()) {
      return;
    }
    int lowSize = 0;
    int highSize = 0;
    for (Part part : parts) {
      lowSize += part.rows * part.delta.a().rows();
      highSize += part.rows * part.delta.b().rows();
    }
    if (low.length < lowSize) {
      low = new float[lowSize];
    }
    if (high.length < highSize) {
      high = new float[highSize];
    }
    int at = 0;
    for (Part part : parts) {
      compute.product(
          part.delta.a(),
          part.matrix,
          part.x,
          part.xOffset,
          part.rows,
          TokenKinds.PLAIN,
          low,
          at,
          null);
      at += part.rows * part.delta.a().rows();
    }
    compute.run();
    int lowAt = 0;
    int highAt = 0;
    for (Part part : parts) {
      compute.product(
          part.delta.b(), part.matrix, low, lowAt, part.rows, TokenKinds.PLAIN, high, highAt, null);
      lowAt += part.rows * part.delta.a().rows();
      highAt += part.rows * part.delta.b().rows();
    }
    compute.run();
    highAt = 0;
    for (Part part : parts) {
      int width = part.delta.b().rows();
      int from = highAt;
      compute.forEach(
          part.rows,
          row ->
              compute.addScaled(
                  part.y, part.yOffset + row * width, part.scale, high, from + row * width, width));
      highAt += part.rows * width;
    }
    parts.clear();
  }
}
