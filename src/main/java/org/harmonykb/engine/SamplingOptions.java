package org.harmonykb.engine;

/**
 * The sampler chain's parameters. Applied in this order: repetition penalty, mask, temperature,
 * top-k, top-p, min-p.
 *
 * @param temperature 0 picks the most likely token always
 * @param topK keep the k most likely; 0 keeps all
 * @param topP keep the most likely until their probability adds up to p; 1 keeps all
 * @param minP keep those at least p times as likely as the most likely; 0 keeps all
 * @param repetitionPenalty divides positive and multiplies negative logits of the last 64 tokens; 1
 *     changes nothing
 * @param seed same request, same seed: same tokens
 */
public record SamplingOptions(
    double temperature, int topK, double topP, double minP, double repetitionPenalty, long seed) {

  public static final SamplingOptions GREEDY = new SamplingOptions(0, 0, 1, 0, 1, 0);

  public SamplingOptions {
    if (!(temperature >= 0 && temperature <= 10)
        || topK < 0
        || !(topP > 0 && topP <= 1)
        || !(minP >= 0 && minP <= 1)
        || !(repetitionPenalty > 0 && repetitionPenalty <= 10)) {
      throw new IllegalArgumentException(
          "temperature %s must be 0 to 10, topK %s at least 0, topP %s above 0 to 1, minP %s 0 to 1, repetitionPenalty %s above 0 to 10"
              .formatted(temperature, topK, topP, minP, repetitionPenalty));
    }
  }
}
