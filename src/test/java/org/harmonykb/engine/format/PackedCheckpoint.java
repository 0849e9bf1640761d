package org.harmonykb.engine.format;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Packs a checkpoint's linear layers as GPTQ or AWQ do. */
public final class PackedCheckpoint {

  private PackedCheckpoint() {}

  /**
   * @param groupSize -1 for all of a row
   * @param index none, in order, or shuffled as act-order leaves it
   * @param isSymmetric zero points all 8
   */
  public record Variant(
      String method, String format, int groupSize, String index, boolean isSymmetric) {}

  /** Random codes in place of the linear layers; the floats become what they stand for. */
  public static TinyCheckpoint pack(TinyCheckpoint floats, Variant variant, Random random) {
    TinyCheckpoint packed = floats.copy();
    Map<String, Object> quantization = new HashMap<>();
    quantization.put("quant_method", variant.method);
    quantization.put("bits", 4);
    quantization.put("group_size", variant.groupSize);
    if (variant.method.equals("gptq")) {
      quantization.put("checkpoint_format", variant.format);
      quantization.put("desc_act", variant.index.equals("shuffled"));
      quantization.put("sym", variant.isSymmetric);
    } else {
      quantization.put("version", variant.format);
      quantization.put("zero_point", true);
    }
    packed.config.put("quantization_config", quantization);
    for (String name : List.copyOf(floats.floats.keySet())) {
      if (name.contains("_proj")) {
        int inputs =
            floats.number(name.contains("down_proj") ? "intermediate_size" : "hidden_size");
        layer(floats, packed, name.replace(".weight", ""), inputs, variant, random);
      }
    }
    return packed;
  }

  private static void layer(
      TinyCheckpoint floats,
      TinyCheckpoint packed,
      String name,
      int inputs,
      Variant variant,
      Random random) {
    int outputs = floats.floats(name + ".weight").length / inputs;
    int groupSize = variant.groupSize == -1 ? inputs : variant.groupSize;
    int groups = (inputs + groupSize - 1) / groupSize;
    boolean isGptq = variant.method.equals("gptq");

    int[] group = new int[inputs];
    for (int c = 0; c < inputs; c++) {
      group[c] = c / groupSize;
    }
    if (variant.index.equals("shuffled")) {
      for (int c = inputs - 1; c > 0; c--) {
        int other = random.nextInt(c + 1);
        int kept = group[c];
        group[c] = group[other];
        group[other] = kept;
      }
    }
    float[] scales = new float[groups * outputs];
    int[] zeros = new int[groups * outputs];
    for (int i = 0; i < scales.length; i++) {
      scales[i] = Float.float16ToFloat(Float.floatToFloat16(0.01f + 0.02f * random.nextFloat()));
      zeros[i] = variant.isSymmetric ? 8 : random.nextInt(16);
    }
    int[] words = new int[inputs * outputs / 8];
    float[] weights = new float[inputs * outputs];
    int[] order = {0, 2, 4, 6, 1, 3, 5, 7};
    for (int o = 0; o < outputs; o++) {
      for (int c = 0; c < inputs; c++) {
        int code = random.nextInt(16);
        int g = group[c] * outputs + o;
        weights[o * inputs + c] = scales[g] * (code - zeros[g]);
        if (isGptq) {
          words[c / 8 * outputs + o] |= code << 4 * (c % 8);
        } else {
          for (int place = 0; place < 8; place++) {
            if (order[place] == o % 8) {
              words[c * outputs / 8 + o / 8] |= code << 4 * place;
            }
          }
        }
      }
    }
    int[] zeroWords = new int[groups * outputs / 8];
    for (int g = 0; g < groups; g++) {
      for (int o = 0; o < outputs; o++) {
        int stored = zeros[g * outputs + o] - (variant.format.equals("gptq") ? 1 : 0) & 15;
        int place = o % 8;
        for (int p = 0; p < 8 && !isGptq; p++) {
          place = order[p] == o % 8 ? p : place;
        }
        zeroWords[(g * outputs + o) / 8] |= stored << 4 * place;
      }
    }
    floats.put("F32", name + ".weight", weights, outputs, inputs);
    packed.remove(name + ".weight");
    packed.put("F16", name + ".scales", scales, groups, outputs);
    packed.words(name + ".qzeros", zeroWords, groups, outputs / 8);
    if (isGptq) {
      packed.words(name + ".qweight", words, inputs / 8, outputs);
      if (!variant.index.equals("none")) {
        packed.words(name + ".g_idx", group, inputs);
      }
    } else {
      packed.words(name + ".qweight", words, inputs, outputs / 8);
    }
  }
}
