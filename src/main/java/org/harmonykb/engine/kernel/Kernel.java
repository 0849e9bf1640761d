package org.harmonykb.engine.kernel;

import org.harmonykb.engine.format.TensorType;

/**
 * The arithmetic of a model, once with vectors and once without. Implementations are stateless and
 * thread-safe.
 *
 * <p>Law: an output value depends on its own inputs only, never on how many tokens are computed
 * beside it. Each dot product runs over one accumulator per lane in the order of its columns, so
 * that a prompt read in slices, a batch and a single token give the same bits.
 */
interface Kernel {

  /** Rows of weights that a tile multiplies at once. */
  int TILE_ROWS = 4;

  String describe();

  /**
   * De-quantises values.
   *
   * @param address of the first block
   * @param count values, a multiple of the type's block size
   */
  void dequantize(TensorType type, long address, float[] out, int outOffset, int count);

  /**
   * Multiplies {@link #TILE_ROWS} rows of weights with some tokens: {@code out[t][r] = w[r] ·
   * x[t]}.
   *
   * @param weights rows of {@code columns} values, one after another
   * @param weightsOffset of the first row
   * @param x token t begins at {@code xOffset + t * columns}
   * @param out value of token t and row r goes to {@code outOffset + t * outStride + r}
   * @param rows how many of the rows are wanted, at most {@link #TILE_ROWS}
   */
  void multiply(
      float[] weights,
      int weightsOffset,
      int columns,
      float[] x,
      int xOffset,
      int tokens,
      float[] out,
      int outOffset,
      int outStride,
      int rows);

  /**
   * Multiplies rows of weights with one token without de-quantising them first; the result is the
   * same to the bit as by {@link #dequantize} and {@link #multiply}.
   *
   * @return false if this type has no such kernel; nothing was computed then
   */
  boolean multiplyOne(
      TensorType type,
      long address,
      int rows,
      int columns,
      float[] x,
      int xOffset,
      float[] out,
      int outOffset);

  /**
   * Multiplies rows of weights with a few tokens without storing them de-quantised; the result is
   * the same to the bit as by {@link #dequantize} and {@link #multiply}.
   *
   * @param out value of token t and row r goes to {@code outOffset + t * outStride + r}
   * @return false if there is no such kernel for this type and number; nothing was computed then
   */
  boolean multiplyFew(
      TensorType type,
      long address,
      int rows,
      int columns,
      float[] x,
      int xOffset,
      int tokens,
      float[] out,
      int outOffset,
      int outStride);

  /**
   * Whether products with {@link RoundedActivations} and {@link PackedActivations} are faster than
   * with floats.
   */
  boolean isFasterRounded(TensorType type);

  /**
   * Rounds activations as {@link RoundedActivations} says.
   *
   * @param count a multiple of {@link RoundedActivations#BLOCK}
   */
  void round(
      float[] x,
      int xOffset,
      short[] values,
      int valuesOffset,
      float[] scales,
      int scalesOffset,
      int count);

  /**
   * Multiplies rows of MXFP4 weights with some tokens of rounded activations. The arithmetic is its
   * own and not that of {@link #multiply}, but the same for any number of tokens, to the bit.
   *
   * @param out value of token t and row r goes to {@code outOffset + t * outStride + r}
   */
  void multiplyRounded(
      long address,
      int rows,
      int columns,
      short[] x,
      int xOffset,
      float[] scales,
      int scalesOffset,
      int tokens,
      float[] out,
      int outOffset,
      int outStride);

  /**
   * Packs up to {@link PackedActivations#GROUP} tokens.
   *
   * @param columns a multiple of {@link PackedActivations#BLOCK}
   * @param to address of their first unit
   */
  void pack(
      float[] x, int xOffset, int columns, int tokens, long to, float[] scales, int scalesOffset);

  /**
   * Multiplies rows of MXFP4 weights with packed activations. The arithmetic is its own, but the
   * same for any number of tokens, to the bit.
   *
   * @param x address of the tokens' first unit
   * @param out value of token t and row r goes to {@code outOffset + t * outStride + r}
   */
  void multiplyPacked(
      long address,
      int rows,
      int columns,
      long x,
      float[] scales,
      int scalesOffset,
      int tokens,
      PackedScratch scratch,
      float[] out,
      int outOffset,
      int outStride);

  /** {@code out = x / rms(x) * weight}. */
  void rmsNorm(
      float[] x, int xOffset, float[] weight, float epsilon, float[] out, int outOffset, int size);

  /** {@code x += y}. */
  void add(float[] x, int xOffset, float[] y, int yOffset, int size);

  /** {@code x += factor * y}. */
  void addScaled(float[] x, int xOffset, float factor, float[] y, int yOffset, int size);

  /** {@code gate = silu(gate) * up}. */
  void swiglu(float[] gate, int gateOffset, float[] up, int upOffset, int size);

  /**
   * gpt-oss's clamped form: gate at most 7, up within -7 and 7, {@code gate = gate * sigmoid(1.702
   * * gate) * (up + 1)}.
   */
  void clampedSwiglu(float[] gate, int gateOffset, float[] up, int upOffset, int size);

  /**
   * Scores of one query against a block of keys: {@code scores[p] = scale * q · k[p]} for all
   * {@link KvLayout#BLOCK_TOKENS} positions.
   *
   * @param keys address of the block's keys of one head, {@code [headSize][BLOCK_TOKENS]}
   */
  void scores(
      float[] query,
      int queryOffset,
      int headSize,
      float scale,
      long keys,
      KvLayout layout,
      float[] scores,
      int scoresOffset);

  /**
   * Softmax in place over a row of scores; negative infinity gives zero.
   *
   * @param size a multiple of {@link KvLayout#BLOCK_TOKENS}
   * @param sink a further logit that takes part in the sum and gets no place; negative infinity for
   *     none
   */
  void softmax(float[] scores, int offset, int size, float sink);

  /**
   * {@code out += Σ p[i] * v[i]} over the positions from {@code from} to {@code to} of a block.
   *
   * @param values address of the block's values of one head, {@code [BLOCK_TOKENS][headSize]}
   */
  void weightedSum(
      float[] probabilities,
      int probabilitiesOffset,
      int from,
      int to,
      long values,
      KvLayout layout,
      int headSize,
      float[] out,
      int outOffset);

  /**
   * Tries the scales {@code 1 / (FACTORS[c] * base)} of {@link ScaleSearch} for 32 values.
   *
   * @param weights how much each value's squared error counts
   * @param sums receives for each candidate {@code Σ w·x·q}, then for each {@code Σ w·q²}
   */
  void scaleCandidates(float[] x, int o, float[] weights, int w, float base, float[] sums);
}
