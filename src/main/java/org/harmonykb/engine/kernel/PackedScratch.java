package org.harmonykb.engine.kernel;

/** What one thread needs to multiply {@link PackedActivations}; grows as it is used. */
final class PackedScratch {

  int[] weights = {}; // [row][pairs of columns]
  float[] weightScales = {}; // [row][block]
  float[] sums = {}; // [group][row][8 tokens]
  long touched; // written, so that reading ahead is not taken for useless

  void ensure(int rows, int blocks, int groups) {
    if (weights.length < rows * blocks * 16) {
      weights = new int[rows * blocks * 16];
      weightScales = new float[rows * blocks];
    }
    if (sums.length < groups * rows * PackedActivations.GROUP) {
      sums = new float[groups * rows * PackedActivations.GROUP];
    }
  }
}
