package org.harmonykb.engine.format;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Recognises the {@code pre_tokenizer} of a {@code tokenizer.json} by its regular expressions: the
 * tokenizer has hand-written scanners for the known ones and no regular expressions.
 */
final class HfPreTokenizer {

  private static final String CONTRACTION = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";

  /** Spellings of the same contractions. */
  private static final List<String> CONTRACTIONS =
      List.of(
          "('s|'S|'t|'T|'re|'rE|'Re|'RE|'ve|'vE|'Ve|'VE|'m|'M|'ll|'lL|'Ll|'LL|'d|'D)",
          "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])",
          "(?i:'s|'t|'re|'ve|'m|'d|'ll)",
          "(?i:'(?:[sdmt]|ll|ve|re))",
          "'(?i:[sdmt]|ll|ve|re)");

  private static final String SPACE = "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  private static final String UPPER = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
  private static final String LOWER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
  private static final String LEAD = "[^\\r\\n\\p{L}\\p{N}]?";

  private static final String O200K =
      LEAD
          + UPPER
          + "*"
          + LOWER
          + "+"
          + CONTRACTION
          + "?|"
          + LEAD
          + UPPER
          + "+"
          + LOWER
          + "*"
          + CONTRACTION
          + "?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*"
          + SPACE;

  private static final String LLAMA3 =
      CONTRACTION + "|" + LEAD + "\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*" + SPACE;

  private static final String QWEN2 = LLAMA3.replace("\\p{N}{1,3}", "\\p{N}");

  private static final Set<String> GPT2 =
      Set.of(
          "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
          "'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+");

  private HfPreTokenizer() {}

  /** The name that GGUF has for it. */
  static String nameOf(JsonObject tokenizer) {
    JsonObject pre = tokenizer.objectOrNull("pre_tokenizer");
    if (pre == null) {
      throw tokenizer.broken("pre_tokenizer", "is missing; byte-level BPE needs one");
    }
    List<JsonObject> steps = new ArrayList<>();
    if (pre.string("type").equals("Sequence")) {
      for (Object step : pre.list("pretokenizers")) {
        if (!(step instanceof JsonObject object)) {
          throw pre.broken("pretokenizers", "holds something that is no object");
        }
        steps.add(object);
      }
    } else {
      steps.add(pre);
    }
    StringBuilder shape = new StringBuilder();
    for (JsonObject step : steps) {
      shape.append(shape.isEmpty() ? "" : ", ").append(describe(step));
    }
    return switch (shape.toString()) {
      case "o200k, bytes" -> "gpt-4o";
      case "llama3, bytes" -> "llama-bpe";
      case "qwen2, bytes" -> "qwen2";
      case "gpt2", "gpt2, bytes" -> "gpt-2";
      case "digits, gpt2", "digits, gpt2, bytes" -> "smollm";
      default ->
          throw pre.broken(
              "type",
              "is none of the known pre-tokenizers (o200k, llama3, qwen2, gpt2, smollm); its steps are: "
                  + shape);
    };
  }

  private static String describe(JsonObject step) {
    String type = step.string("type");
    switch (type) {
      case "ByteLevel" -> {
        if (step.flag("add_prefix_space", true)) {
          return "bytes with a space before";
        }
        return step.flag("use_regex", true) ? "gpt2" : "bytes";
      }
      case "Digits" -> {
        return step.flag("individual_digits", false) ? "digits" : "numbers";
      }
      case "Split" -> {
        JsonObject pattern = step.object("pattern");
        String behavior = step.stringOrNull("behavior");
        if (step.flag("invert", false) || !"Isolated".equals(behavior)) {
          return "a split that is not isolated";
        }
        return expression(pattern.has("Regex") ? pattern.string("Regex") : "a fixed text");
      }
      default -> {
        return JsonObject.shortened(type);
      }
    }
  }

  private static String expression(String regex) {
    String plain = regex;
    for (String spelling : CONTRACTIONS) {
      plain = plain.replace(spelling, CONTRACTION);
    }
    if (plain.equals(O200K)) {
      return "o200k";
    }
    if (plain.equals(LLAMA3)) {
      return "llama3";
    }
    if (plain.equals(QWEN2)) {
      return "qwen2";
    }
    if (GPT2.contains(regex)) {
      return "gpt2";
    }
    return "\\p{N}".equals(regex) ? "digits" : JsonObject.shortened(regex);
  }
}
