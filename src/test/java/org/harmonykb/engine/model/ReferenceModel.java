package org.harmonykb.engine.model;

import java.util.List;
import org.harmonykb.engine.format.TinyCheckpoint;

/**
 * Llama and Qwen as the transformers library computes them, written again in plain doubles over the
 * checkpoint's own names: no shared code, no batching, no cache.
 */
final class ReferenceModel {

  private final TinyCheckpoint checkpoint;
  private final double[] inverseFrequencies;
  private final double magnitude;

  /**
   * @param inverseFrequencies half as many as a head has values
   * @param magnitude of cosine and sine
   */
  ReferenceModel(TinyCheckpoint checkpoint, double[] inverseFrequencies, double magnitude) {
    this.checkpoint = checkpoint;
    this.inverseFrequencies = inverseFrequencies;
    this.magnitude = magnitude;
  }

  static double[] plainFrequencies(int headSize, double base) {
    double[] inverse = new double[headSize / 2];
    for (int i = 0; i < inverse.length; i++) {
      inverse[i] = 1 / Math.pow(base, 2.0 * i / headSize);
    }
    return inverse;
  }

  /** Logits after each token. */
  double[][] logits(int[] tokens) {
    int hidden = checkpoint.number("hidden_size");
    double[][] x = new double[tokens.length][hidden];
    for (int t = 0; t < tokens.length; t++) {
      for (int i = 0; i < hidden; i++) {
        x[t][i] = weights("model.embed_tokens.weight")[tokens[t] * hidden + i];
      }
    }
    for (int l = 0; l < checkpoint.number("num_hidden_layers"); l++) {
      String prefix = "model.layers." + l + ".";
      double[][] attended = attention(prefix, l, x);
      for (int t = 0; t < tokens.length; t++) {
        add(x[t], attended[t], 1);
        double[] normed = norm(x[t], weights(prefix + "post_attention_layernorm.weight"));
        add(x[t], feedForward(prefix + "mlp.", normed), 1);
      }
    }
    double[][] logits = new double[tokens.length][];
    String head =
        checkpoint.floats.containsKey("lm_head.weight") ? "lm_head" : "model.embed_tokens";
    for (int t = 0; t < tokens.length; t++) {
      logits[t] = linear(head, norm(x[t], weights("model.norm.weight")));
    }
    return logits;
  }

  private double[][] attention(String prefix, int layer, double[][] x) {
    int heads = checkpoint.number("num_attention_heads");
    int group = heads / checkpoint.number("num_key_value_heads");
    int size = checkpoint.headSize();
    double[][] q = new double[x.length][];
    double[][] k = new double[x.length][];
    double[][] v = new double[x.length][];
    for (int t = 0; t < x.length; t++) {
      double[] normed = norm(x[t], weights(prefix + "input_layernorm.weight"));
      q[t] = turned(linear(prefix + "self_attn.q_proj", normed), prefix + "self_attn.q_norm", t);
      k[t] = turned(linear(prefix + "self_attn.k_proj", normed), prefix + "self_attn.k_norm", t);
      v[t] = linear(prefix + "self_attn.v_proj", normed);
    }
    double[][] out = new double[x.length][];
    for (int t = 0; t < x.length; t++) {
      double[] joined = new double[heads * size];
      for (int h = 0; h < heads; h++) {
        int from = h / group * size;
        double[] p = new double[t + 1];
        double sum = 0;
        for (int s = 0; s <= t; s++) {
          for (int i = 0; i < size; i++) {
            p[s] += q[t][h * size + i] * k[s][from + i];
          }
          boolean isSeen = s > t - window(layer);
          p[s] = isSeen ? Math.exp(p[s] / Math.sqrt(size)) : 0;
          sum += p[s];
        }
        for (int s = 0; s <= t; s++) {
          for (int i = 0; i < size; i++) {
            joined[h * size + i] += p[s] / sum * v[s][from + i];
          }
        }
      }
      out[t] = linear(prefix + "self_attn.o_proj", joined);
    }
    return out;
  }

  private int window(int layer) {
    boolean isWindowed =
        Boolean.TRUE.equals(checkpoint.config.get("use_sliding_window"))
            && layer >= checkpoint.number("max_window_layers");
    return isWindowed ? checkpoint.number("sliding_window") : Integer.MAX_VALUE;
  }

  /** Normalises heads where there is a norm, then turns first half against second half. */
  private double[] turned(double[] x, String norm, int position) {
    int size = checkpoint.headSize();
    double[] out = new double[x.length];
    for (int h = 0; h < x.length / size; h++) {
      double[] head = java.util.Arrays.copyOfRange(x, h * size, (h + 1) * size);
      if (checkpoint.floats.containsKey(norm + ".weight")) {
        head = norm(head, weights(norm + ".weight"));
      }
      for (int i = 0; i < size / 2; i++) {
        double cos = Math.cos(position * inverseFrequencies[i]) * magnitude;
        double sin = Math.sin(position * inverseFrequencies[i]) * magnitude;
        out[h * size + i] = head[i] * cos - head[i + size / 2] * sin;
        out[h * size + i + size / 2] = head[i + size / 2] * cos + head[i] * sin;
      }
    }
    return out;
  }

  private double[] feedForward(String prefix, double[] x) {
    if (!checkpoint.floats.containsKey(prefix + "gate.weight")) {
      return swiglu(prefix, x);
    }
    double[] logits = linear(prefix + "gate", x);
    double sum = 0;
    for (double logit : logits) {
      sum += Math.exp(logit);
    }
    Integer[] ranked = new Integer[logits.length];
    java.util.Arrays.setAll(ranked, i -> i);
    java.util.Arrays.sort(ranked, (a, b) -> Double.compare(logits[b], logits[a]));
    List<Integer> chosen = List.of(ranked).subList(0, checkpoint.number("num_experts_per_tok"));
    double kept = 0;
    for (int e : chosen) {
      kept += Math.exp(logits[e]) / sum;
    }
    boolean normalises = Boolean.TRUE.equals(checkpoint.config.get("norm_topk_prob"));
    double[] out = new double[x.length];
    for (int e : chosen) {
      double weight = Math.exp(logits[e]) / sum / (normalises ? kept : 1);
      add(out, swiglu(prefix + "experts." + e + ".", x), weight);
    }
    return out;
  }

  private double[] swiglu(String prefix, double[] x) {
    double[] gate = linear(prefix + "gate_proj", x);
    double[] up = linear(prefix + "up_proj", x);
    for (int i = 0; i < gate.length; i++) {
      gate[i] = gate[i] / (1 + Math.exp(-gate[i])) * up[i];
    }
    return linear(prefix + "down_proj", gate);
  }

  private double[] linear(String name, double[] x) {
    float[] w = weights(name + ".weight");
    float[] bias = checkpoint.floats.get(name + ".bias");
    double[] out = new double[w.length / x.length];
    for (int r = 0; r < out.length; r++) {
      out[r] = bias == null ? 0 : bias[r];
      for (int i = 0; i < x.length; i++) {
        out[r] += (double) w[r * x.length + i] * x[i];
      }
    }
    return out;
  }

  private double[] norm(double[] x, float[] weight) {
    double sum = 0;
    for (double value : x) {
      sum += value * value;
    }
    double scale = 1 / Math.sqrt(sum / x.length + 1e-5);
    double[] out = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      out[i] = x[i] * scale * weight[i];
    }
    return out;
  }

  private float[] weights(String name) {
    return checkpoint.floats(name);
  }

  private static void add(double[] x, double[] y, double factor) {
    for (int i = 0; i < x.length; i++) {
      x[i] += factor * y[i];
    }
  }
}
