package org.harmonykb.engine.format;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.harmonykb.engine.ModelFormatException;
import org.jspecify.annotations.Nullable;

/**
 * A {@code tokenizer.json} of the kind byte-level BPE, brought under GGUF's keys. Beside those of
 * GGUF there are {@code tokenizer.ggml.ignore_merges} (a piece that is a token needs no merges) and
 * {@code tokenizer.ggml.normalizer}.
 */
final class HfTokenizer {

  private static final String KEY = "tokenizer.ggml.";
  private static final int NORMAL = 1;
  private static final int CONTROL = 3;
  private static final int USER_DEFINED = 4;
  private static final int UNUSED = 5;

  private final JsonObject json;
  private final Map<String, Integer> ids = new HashMap<>();

  private HfTokenizer(JsonObject json) {
    this.json = json;
  }

  /**
   * Adds the tokenizer's keys; none if the folder holds no tokenizer.
   *
   * @param config the model's configuration, which may name the ids of control tokens
   */
  static void metadata(Path folder, JsonObject config, Map<String, Object> out) {
    Path file = folder.resolve("tokenizer.json");
    if (Files.isRegularFile(file)) {
      Path more = folder.resolve("tokenizer_config.json");
      JsonObject details = Files.isRegularFile(more) ? Json.read(more) : null;
      HfTokenizer tokenizer = new HfTokenizer(Json.read(file));
      tokenizer.metadata(out);
      tokenizer.controlToken("bos", details, config, out);
      tokenizer.controlToken("eos", details, config, out);
      String template = chatTemplate(folder, details);
      if (template != null) {
        out.put("tokenizer.chat_template", template);
      }
    }
  }

  private void metadata(Map<String, Object> out) {
    JsonObject model = json.object("model");
    String type = model.stringOrNull("type");
    if (type != null && !type.equals("BPE")) {
      throw model.broken(
          "type", "is " + JsonObject.shortened(type) + "; byte-level BPE can be read");
    }
    if (model.flag("byte_fallback", false)) {
      throw model.broken("byte_fallback", "is set; byte-level BPE can be read");
    }
    vocabulary(model.object("vocab"), out);
    out.put(KEY + "merges", merges(model.list("merges")));
    out.put(KEY + "model", "gpt2");
    out.put(KEY + "pre", HfPreTokenizer.nameOf(json));
    out.put(KEY + "ignore_merges", model.flag("ignore_merges", false));
    JsonObject normalizer = json.objectOrNull("normalizer");
    if (normalizer != null) {
      String kind = normalizer.string("type");
      if (!kind.equals("NFC")) {
        throw normalizer.broken("type", "is " + JsonObject.shortened(kind) + "; NFC is known");
      }
      out.put(KEY + "normalizer", "nfc");
    }
    String first = firstOfTemplate(json.objectOrNull("post_processor"));
    out.put(KEY + "add_bos_token", first != null);
    if (first != null) {
      out.put(KEY + "bos_token_id", idOf(first, "post_processor"));
    }
  }

  private void vocabulary(JsonObject vocab, Map<String, Object> out) {
    List<?> added = json.has("added_tokens") ? json.list("added_tokens") : List.of();
    int count = vocab.names().size() + added.size();
    // Ids have gaps in some vocabularies, but not more gaps than tokens.
    int limit = 4 * count + 256;
    int size = 0;
    for (String token : vocab.names()) {
      int id = checked(vocab.integer(token), limit, token);
      ids.put(token, id);
      size = Math.max(size, id + 1);
    }
    for (Object each : added) {
      if (!(each instanceof JsonObject token)) {
        throw json.broken("added_tokens", "holds something that is no object");
      }
      size = Math.max(size, checked(token.integer("id"), limit, token.string("content")) + 1);
    }
    String[] tokens = new String[size];
    int[] types = new int[size];
    for (Map.Entry<String, Integer> entry : ids.entrySet()) {
      if (tokens[entry.getValue()] != null) {
        throw json.broken("vocab", "gives the id " + entry.getValue() + " twice");
      }
      tokens[entry.getValue()] = entry.getKey();
      types[entry.getValue()] = NORMAL;
    }
    for (Object each : added) {
      if (each instanceof JsonObject token) {
        int id = token.integer("id");
        String content = token.string("content");
        if (tokens[id] != null && !tokens[id].equals(content)) {
          throw json.broken("added_tokens", "gives the id " + id + " to another token");
        }
        tokens[id] = content;
        types[id] = token.flag("special", false) ? CONTROL : USER_DEFINED;
        ids.put(content, id);
      }
    }
    for (int id = 0; id < size; id++) {
      if (types[id] == 0) {
        tokens[id] = "[PAD" + id + "]";
        types[id] = UNUSED;
      }
    }
    out.put(KEY + "tokens", tokens);
    out.put(KEY + "token_type", types);
  }

  private int checked(int id, int limit, String token) {
    if (id >= limit) {
      throw json.broken(
          "vocab", "gives " + JsonObject.shortened(token) + " the impossible id " + id);
    }
    return id;
  }

  /** Merges are pairs, or in older files texts with a space between. */
  private String[] merges(List<?> merges) {
    String[] out = new String[merges.size()];
    for (int i = 0; i < out.length; i++) {
      Object merge = merges.get(i);
      if (merge instanceof String text) {
        out[i] = text;
      } else if (merge instanceof List<?> pair
          && pair.size() == 2
          && pair.get(0) instanceof String left
          && pair.get(1) instanceof String right
          && left.indexOf(' ') < 0
          && right.indexOf(' ') < 0) {
        out[i] = left + " " + right;
      } else {
        throw json.broken("merges", "has at place " + i + " something that is no pair");
      }
    }
    return out;
  }

  /** The control token that a post-processor sets before every text, or null. */
  private @Nullable String firstOfTemplate(@Nullable JsonObject processor) {
    if (processor == null) {
      return null;
    }
    switch (processor.string("type")) {
      case "TemplateProcessing" -> {
        List<?> single = processor.list("single");
        if (!single.isEmpty()
            && single.get(0) instanceof JsonObject piece
            && piece.has("SpecialToken")) {
          return piece.object("SpecialToken").string("id");
        }
        return null;
      }
      case "Sequence" -> {
        for (Object each : processor.list("processors")) {
          String first = each instanceof JsonObject inner ? simpleTemplate(inner) : null;
          if (first != null) {
            return first;
          }
        }
        return null;
      }
      default -> {
        return null; // ByteLevel, which only moves offsets
      }
    }
  }

  private @Nullable String simpleTemplate(JsonObject processor) {
    return "TemplateProcessing".equals(processor.stringOrNull("type"))
        ? firstOfTemplate(processor)
        : null;
  }

  /** From tokenizer_config.json by text, or else from config.json by id. */
  private void controlToken(
      String name, @Nullable JsonObject details, JsonObject config, Map<String, Object> out) {
    String key = KEY + name + "_token_id";
    Object text = details == null ? null : details.raw(name + "_token");
    if (text instanceof JsonObject token) {
      text = token.stringOrNull("content");
    }
    Object id = config.raw(name + "_token_id");
    if (id instanceof List<?> several) {
      id = several.isEmpty() ? null : several.get(0);
    }
    if (text instanceof String content && ids.containsKey(content)) {
      out.put(key, idOf(content, name + "_token"));
    } else if (id instanceof Long number && !out.containsKey(key)) {
      String[] tokens = (String[]) out.get(KEY + "tokens");
      if (number < 0 || tokens == null || number >= tokens.length) {
        throw config.broken(name + "_token_id", "is " + number + ", which is no token");
      }
      out.put(key, number.intValue());
    }
  }

  private int idOf(String token, String member) {
    Integer id = ids.get(token);
    if (id == null) {
      throw json.broken(member, "names " + JsonObject.shortened(token) + ", which is no token");
    }
    return id;
  }

  private static @Nullable String chatTemplate(Path folder, @Nullable JsonObject details) {
    Path file = folder.resolve("chat_template.jinja");
    if (Files.isRegularFile(file)) {
      try {
        if (Files.size(file) > 1 << 24) {
          throw new ModelFormatException(file, null, "is too large for a chat template");
        }
        return Files.readString(file);
      } catch (IOException e) {
        throw new ModelFormatException(file, null, "cannot be read: " + e.getMessage());
      }
    }
    Object template = details == null ? null : details.raw("chat_template");
    if (template instanceof List<?> several) {
      for (Object each : several) {
        if (each instanceof JsonObject named && "default".equals(named.raw("name"))) {
          template = named.raw("template");
        }
      }
    }
    return template instanceof String text ? text : null;
  }
}
