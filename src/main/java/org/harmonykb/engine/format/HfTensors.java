package org.harmonykb.engine.format;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.harmonykb.engine.ModelFormatException;
import org.harmonykb.engine.format.Relaid.RowWriter;
import org.harmonykb.engine.format.Safetensors.Entry;

/**
 * Which of a checkpoint's tensors stands for which of GGUF's. Those that lie in the file as they
 * are needed are used in place; packed, interleaved and scattered ones are {@link Relaid}.
 */
final class HfTensors {

  private final HfConfig config;
  private final Map<String, Entry> entries;
  private final List<Tensor> inPlace = new ArrayList<>();
  private final List<Relaid> relaid = new ArrayList<>();

  private HfTensors(HfConfig config, Map<String, Entry> entries) {
    this.config = config;
    this.entries = entries;
  }

  static HfTensors of(HfConfig config, Map<String, Entry> entries) {
    HfTensors tensors = new HfTensors(config, entries);
    tensors.copy("model.embed_tokens.weight", "token_embd.weight");
    tensors.copy("model.norm.weight", "output_norm.weight");
    if (!config.isTied()) {
      tensors.linear("lm_head", "output");
    }
    for (int l = 0; l < config.layers(); l++) {
      tensors.layer("model.layers." + l + ".", "blk." + l + ".");
    }
    Tensor factors = HfRope.frequencyFactors(config.json(), tensors.headSize());
    if (factors != null) {
      tensors.inPlace.add(factors);
    }
    return tensors;
  }

  List<Tensor> inPlace() {
    return inPlace;
  }

  List<Relaid> relaid() {
    return relaid;
  }

  /** Values of a query head; where the configuration is silent, the weights tell. */
  int headSize() {
    JsonObject json = config.json();
    if (json.has("head_dim")) {
      return checkedHeadSize(json.integer("head_dim"));
    }
    Entry q = entries.get("model.layers.0.self_attn.q_proj.weight");
    long width = q != null && q.shape().length == 2 ? q.shape()[0] : config.width();
    return checkedHeadSize((int) Math.min(width / config.heads(), Integer.MAX_VALUE));
  }

  private int checkedHeadSize(int size) {
    if (size < 2 || size > 1 << 16 || size % 2 != 0) {
      throw config.json().broken("head_dim", "is " + size);
    }
    return size;
  }

  private void layer(String from, String to) {
    copy(from + "input_layernorm.weight", to + "attn_norm.weight");
    String second = config.isGptOss() ? "post_attention_norm.weight" : "ffn_norm.weight";
    copy(from + "post_attention_layernorm.weight", to + second);
    for (String part : List.of("q", "k", "v")) {
      linear(from + "self_attn." + part + "_proj", to + "attn_" + part);
    }
    linear(from + "self_attn.o_proj", to + "attn_output");
    copy(from + "self_attn.q_norm.weight", to + "attn_q_norm.weight");
    copy(from + "self_attn.k_norm.weight", to + "attn_k_norm.weight");
    copy(from + "self_attn.sinks", to + "attn_sinks.weight");
    if (config.isGptOss()) {
      linear(from + "mlp.router", to + "ffn_gate_inp");
      gptOssExperts(from + "mlp.experts.", to + "ffn_");
    } else if (entries.containsKey(from + "mlp.gate.weight")) {
      linear(from + "mlp.gate", to + "ffn_gate_inp");
      if (entries.containsKey(from + "mlp.experts.gate_up_proj")) {
        fusedExperts(from + "mlp.experts.", to + "ffn_");
        return;
      }
      for (String part : List.of("gate", "up", "down")) {
        experts(from + "mlp.experts.", part, to + "ffn_" + part + "_exps.weight");
      }
    } else {
      for (String part : List.of("gate", "up", "down")) {
        linear(from + "mlp." + part + "_proj", to + "ffn_" + part);
      }
    }
  }

  /** A missing tensor is reported by the model, which knows what it needs. */
  private void copy(String from, String to) {
    Entry entry = entries.get(from);
    if (entry != null) {
      long[] shape = new long[entry.shape().length];
      for (int i = 0; i < shape.length; i++) {
        shape[i] = entry.shape()[shape.length - 1 - i];
        if (shape[i] == 0) {
          throw entry.broken("is empty");
        }
      }
      inPlace.add(new Tensor(to, entry.type(), shape, entry.data()));
    }
  }

  private void linear(String from, String to) {
    copy(from + ".bias", to + ".bias");
    Entry codes = entries.get(from + ".qweight");
    HfQuantization quantization = config.quantization();
    if (codes == null) {
      copy(from + ".weight", to + ".weight");
    } else if (quantization == null || quantization.method() == HfQuantization.Method.MXFP4) {
      throw codes.broken("is packed, but config.json names neither gptq nor awq");
    } else {
      PackedInt4 packed = PackedInt4.of(entries, from, codes, quantization);
      TensorType type = packed.type();
      relaid.add(
          new Relaid(
              to + ".weight",
              type,
              new long[] {packed.inputs(), packed.outputs()},
              packed.columnOrder(),
              packed.outputs(),
              rowBytes(codes, type, packed.inputs()),
              (row, out, at) -> packed.row((int) row, out, at)));
    }
  }

  /** OpenAI's layout: gate in the even rows and up in the odd ones, MXFP4 or transposed floats. */
  private void gptOssExperts(String from, String to) {
    int experts = config.experts();
    int width = config.width();
    int expertWidth = config.expertWidth();
    Entry bias = entries.get(from + "gate_up_proj_bias");
    if (bias != null) {
      bias.requireShape(experts, 2L * expertWidth);
      interleavedBias(bias, to + "gate_exps.bias", 0);
      interleavedBias(bias, to + "up_exps.bias", 1);
    }
    copy(from + "down_proj_bias", to + "down_exps.bias");
    gptOssMatrices(from + "gate_up_proj", to + "gate_exps.weight", width, expertWidth, 2, 0);
    gptOssMatrices(from + "gate_up_proj", to + "up_exps.weight", width, expertWidth, 2, 1);
    gptOssMatrices(from + "down_proj", to + "down_exps.weight", expertWidth, width, 1, 0);
  }

  private void interleavedBias(Entry bias, String to, int parity) {
    int rows = config.expertWidth();
    int size = bias.type().blockBytes();
    add(
        to,
        bias,
        bias.type(),
        new long[] {rows, config.experts()},
        (expert, out, at) -> {
          for (int r = 0; r < rows; r++) {
            Relaid.copy(
                bias.data(), ((expert * rows + r) * 2 + parity) * size, out, at + r * size, size);
          }
        });
  }

  /**
   * @param step rows of the checkpoint per row of the tensor, of which number {@code parity} is
   *     taken
   */
  private void gptOssMatrices(String from, String to, int columns, int rows, int step, int parity) {
    int experts = config.experts();
    Entry blocks = entries.get(from + "_blocks");
    if (blocks != null) {
      Entry scales = entries.get(from + "_scales");
      if (scales == null) {
        throw blocks.broken("has no scales beside it");
      }
      if (columns % 32 != 0) {
        throw blocks.broken("has rows of " + columns + " values, which are no whole blocks");
      }
      int perRow = columns / 32;
      blocks.require("U8", experts, (long) rows * step, perRow, 16);
      scales.require("U8", experts, (long) rows * step, perRow);
      add(
          to,
          blocks,
          TensorType.MXFP4,
          new long[] {columns, rows, experts},
          (row, out, at) ->
              Relaid.mxfp4(blocks.data(), scales.data(), row * step + parity, perRow, out, at));
      return;
    }
    Entry floats = entries.get(from);
    if (floats != null) {
      floats.requireShape(experts, columns, (long) rows * step);
      int size = floats.type().blockBytes();
      add(
          to,
          floats,
          floats.type(),
          new long[] {columns, rows, experts},
          (row, out, at) -> {
            long expert = row / rows;
            long source = row % rows * step + parity;
            for (int c = 0; c < columns; c++) {
              long value = (expert * columns + c) * rows * step + source;
              Relaid.copy(floats.data(), value * size, out, at + c * size, size);
            }
          });
    }
  }

  /** Experts in one tensor, an expert's gate before its up, as newer tools may save them. */
  private void fusedExperts(String from, String to) {
    int rows = config.expertWidth();
    int columns = config.width();
    int experts = config.experts();
    Entry both = entries.get(from + "gate_up_proj");
    if (both == null) {
      return;
    }
    both.requireShape(experts, 2L * rows, columns);
    int rowBytes = rowBytes(both, both.type(), columns);
    for (int half = 0; half < 2; half++) {
      int offset = half * rows;
      add(
          to + (half == 0 ? "gate" : "up") + "_exps.weight",
          both,
          both.type(),
          new long[] {columns, rows, experts},
          (row, out, at) -> {
            long source = row / rows * 2 * rows + offset + row % rows;
            Relaid.copy(both.data(), source * rowBytes, out, at, rowBytes);
          });
    }
    copy(from + "down_proj", to + "down_exps.weight");
  }

  /** Experts that are tensors of their own, stacked. */
  private void experts(String from, String part, String to) {
    int experts = config.experts();
    if (experts == 0 || experts > entries.size()) {
      throw config.json().broken("num_experts", "is " + experts);
    }
    Entry[] parts = new Entry[experts];
    int columns = part.equals("down") ? config.expertWidth() : config.width();
    int rows = part.equals("down") ? config.width() : config.expertWidth();
    for (int e = 0; e < parts.length; e++) {
      String name = from + e + "." + part + "_proj.weight";
      Entry entry = entries.get(name);
      if (entry == null) {
        throw new ModelFormatException(
            config.json().file(),
            name,
            "is missing; experts that are not floats of their own cannot be read");
      }
      if (entry.type() != (e == 0 ? entry : parts[0]).type()) {
        throw entry.broken("has another type than the first expert");
      }
      parts[e] = entry.requireShape(rows, columns);
    }
    long rowBytes = parts[0].type().bytes(columns);
    add(
        to,
        parts[0],
        parts[0].type(),
        new long[] {columns, rows, parts.length},
        (row, out, at) ->
            Relaid.copy(
                parts[(int) (row / rows)].data(), row % rows * rowBytes, out, at, (int) rowBytes));
  }

  private void add(String to, Entry source, TensorType type, long[] shape, RowWriter writer) {
    long rows = 1;
    for (int i = 1; i < shape.length; i++) {
      rows *= shape[i];
    }
    if (rows == 0 || shape[0] == 0) {
      throw source.broken("is empty");
    }
    relaid.add(new Relaid(to, type, shape, null, rows, rowBytes(source, type, shape[0]), writer));
  }

  private static int rowBytes(Entry source, TensorType type, long columns) {
    long bytes = type.bytes(columns);
    if (bytes > 1 << 28) {
      throw source.broken("has rows of " + columns + " values");
    }
    return (int) bytes;
  }
}
