package org.harmonykb.retrieval;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A transformer on ONNX Runtime with its tokenizer. A session computes with one thread: two callers
 * side by side use two processors better than one call with two threads. Thread-safe.
 */
final class OnnxModel implements AutoCloseable {

  /**
   * What ONNX Runtime is not to do to a network: its LayerNormalization computes value by value, a
   * seventh of the time of bge-small; the steps it would replace are computed eight at a time.
   */
  private static final String NOT_FUSED = "LayerNormFusionL1;LayerNormFusionL2";

  private final String name;
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;
  private final HuggingFaceTokenizer tokenizer;

  /**
   * @param name for messages
   * @param network an ONNX file
   * @param vocabulary a {@code tokenizer.json}
   */
  OnnxModel(String name, byte[] network, byte[] vocabulary, int maxTokens) {
    this.name = name;
    String limit = Integer.toString(maxTokens);
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      options.addConfigEntry("optimization.disable_specified_optimizers", NOT_FUSED);
      session = environment.createSession(network, options);
    } catch (OrtException e) {
      throw new IllegalStateException("cannot load " + name + ": " + e.getMessage(), e);
    }
    try {
      tokenizer =
          HuggingFaceTokenizer.newInstance(
              new ByteArrayInputStream(vocabulary),
              Map.of(
                  "truncation",
                  "true",
                  "maxLength",
                  limit,
                  "modelMaxLength",
                  limit,
                  "padding",
                  "false"));
    } catch (IOException | RuntimeException e) {
      throw new IllegalStateException(
          "cannot read the tokenizer of " + name + ": " + e.getMessage(), e);
    }
  }

  Encoding encode(String text) {
    return tokenizer.encode(text);
  }

  Encoding encode(String first, String second) {
    return tokenizer.encode(first, second);
  }

  /** The first output for one text, as ONNX Runtime gives it: arrays of arrays of floats. */
  Object run(Encoding encoding) {
    Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
    try {
      put(inputs, "input_ids", encoding.getIds());
      put(inputs, "attention_mask", encoding.getAttentionMask());
      put(inputs, "token_type_ids", encoding.getTypeIds());
      try (OrtSession.Result result = session.run(inputs)) {
        return result.get(0).getValue();
      }
    } catch (OrtException e) {
      throw new IllegalStateException(
          name + " cannot compute " + encoding.getIds().length + " tokens: " + e.getMessage(), e);
    } finally {
      inputs.values().forEach(OnnxTensor::close);
    }
  }

  private void put(Map<String, OnnxTensor> inputs, String input, long[] values)
      throws OrtException {
    if (session.getInputNames().contains(input)) {
      inputs.put(input, OnnxTensor.createTensor(environment, new long[][] {values}));
    }
  }

  @Override
  public void close() {
    tokenizer.close();
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("cannot close " + name, e);
    }
  }
}
