package org.harmonykb.engine.format;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How a checkpoint's linear layers are quantised, from {@code quantization_config} or the separate
 * file that older tools wrote.
 *
 * @param groupSize input values that share a scale; 0 means all of a row
 * @param storesZeroMinusOne whether zero points are stored less one, as GPTQ's first format does
 * @param isSymmetric whether the zero point may be left out, being 8
 */
record HfQuantization(
    Method method, int groupSize, boolean storesZeroMinusOne, boolean isSymmetric) {

  enum Method {
    MXFP4,
    GPTQ,
    AWQ
  }

  static @Nullable HfQuantization read(Path folder, JsonObject config) {
    JsonObject json = config.objectOrNull("quantization_config");
    String method = json == null ? null : json.string("quant_method");
    if (json == null && Files.isRegularFile(folder.resolve("quantize_config.json"))) {
      json = Json.read(folder.resolve("quantize_config.json"));
      method = "gptq";
    } else if (json == null && Files.isRegularFile(folder.resolve("quant_config.json"))) {
      json = Json.read(folder.resolve("quant_config.json"));
      method = "awq";
    }
    if (json == null || method == null) {
      return null;
    }
    return switch (method) {
      case "mxfp4" -> new HfQuantization(Method.MXFP4, 32, false, true);
      case "gptq" -> gptq(json);
      case "awq" -> awq(json);
      default ->
          throw json.broken(
              "quant_method",
              "is " + JsonObject.shortened(method) + "; mxfp4, gptq and awq can be read");
    };
  }

  private static HfQuantization gptq(JsonObject json) {
    requireFourBits(json, "bits");
    String format = json.stringOrNull("checkpoint_format");
    if (format == null) {
      format = json.stringOrNull("format");
    }
    if (format == null) {
      format = "gptq";
    }
    boolean isFirst =
        switch (format) {
          case "gptq" -> true;
          case "gptq_v2" -> false;
          default ->
              throw json.broken(
                  "checkpoint_format",
                  "is " + JsonObject.shortened(format) + "; gptq and gptq_v2 can be read");
        };
    String word = json.stringOrNull("pack_dtype");
    if (word != null && !word.equals("int32")) {
      throw json.broken("pack_dtype", "is " + JsonObject.shortened(word) + ", not int32");
    }
    return new HfQuantization(
        Method.GPTQ, groupSize(json, "group_size"), isFirst, json.flag("sym", false));
  }

  private static HfQuantization awq(JsonObject json) {
    requireFourBits(json, json.has("w_bit") ? "w_bit" : "bits");
    String version = json.stringOrNull("version");
    if (version != null && !version.toLowerCase(Locale.ROOT).equals("gemm")) {
      throw json.broken("version", "is " + JsonObject.shortened(version) + "; gemm can be read");
    }
    return new HfQuantization(
        Method.AWQ,
        groupSize(json, json.has("q_group_size") ? "q_group_size" : "group_size"),
        false,
        !json.flag("zero_point", true));
  }

  private static void requireFourBits(JsonObject json, String name) {
    int bits = json.integer(name);
    if (bits != 4) {
      throw json.broken(name, "is " + bits + "; weights of 4 bits can be read");
    }
  }

  private static int groupSize(JsonObject json, String name) {
    double size = json.number(name, 128);
    if (size == -1) {
      return 0;
    }
    int positive = json.integer(name, 128);
    if (positive == 0) {
      throw json.broken(name, "is 0");
    }
    return positive;
  }
}
