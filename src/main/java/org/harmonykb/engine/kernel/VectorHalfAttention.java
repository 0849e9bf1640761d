package org.harmonykb.engine.kernel;

/**
 * Attention over keys and values in half precision. Written as plain loops over rows of halves,
 * which C2 turns into vector conversions by itself; the Vector API has none on JDK 25.
 */
final class VectorHalfAttention {

  private VectorHalfAttention() {}

  static void scores(
      float[] query,
      int queryOffset,
      int headSize,
      float scale,
      long keys,
      float[] scores,
      int scoresOffset) {
    for (int p = 0; p < KvLayout.BLOCK_TOKENS; p++) {
      scores[scoresOffset + p] = 0;
    }
    for (int d = 0; d < headSize; d++) {
      float q = query[queryOffset + d] * scale;
      long row = keys + 2L * d * KvLayout.BLOCK_TOKENS;
      for (int p = 0; p < KvLayout.BLOCK_TOKENS; p++) {
        scores[scoresOffset + p] += q * Memory.half(row + 2L * p);
      }
    }
  }

  static void weightedSum(
      float[] probabilities,
      int probabilitiesOffset,
      int from,
      int to,
      long values,
      int headSize,
      float[] out,
      int outOffset) {
    for (int i = from; i < to; i++) {
      float weight = probabilities[probabilitiesOffset + i];
      long row = values + 2L * i * headSize;
      for (int d = 0; d < headSize; d++) {
        out[outOffset + d] += weight * Memory.half(row + 2L * d);
      }
    }
  }
}
