package org.harmonykb.engine.quantization;

import org.harmonykb.engine.format.Tensor;

/** What a tensor is for, by its GGUF name. */
enum TensorRole {
  /** Norms, biases, sinks: small, and read as floats. */
  VECTOR,
  EMBEDDING,
  OUTPUT,
  /** Chooses the experts: a small error here picks another one. */
  ROUTER,
  EXPERT,
  FEED_FORWARD,
  /** Attention and whatever else multiplies. */
  OTHER;

  static TensorRole of(Tensor tensor) {
    String name = tensor.name();
    if (tensor.shape().length == 1
        || name.endsWith(".bias")
        || name.contains("norm")
        || name.contains("sinks")) {
      return VECTOR;
    }
    if (name.equals("token_embd.weight")) {
      return EMBEDDING;
    }
    if (name.equals("output.weight")) {
      return OUTPUT;
    }
    if (name.contains("ffn_gate_inp")) {
      return ROUTER;
    }
    if (name.contains("_exps.")) {
      return EXPERT;
    }
    return name.contains(".ffn_") ? FEED_FORWARD : OTHER;
  }
}
