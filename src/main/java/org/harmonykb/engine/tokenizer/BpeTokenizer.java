package org.harmonykb.engine.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import org.harmonykb.engine.ModelFormatException;
import org.harmonykb.engine.Tokenizer;
import org.harmonykb.engine.format.ModelMetadata;
import org.jspecify.annotations.Nullable;

/**
 * Byte-level BPE as GPT-2, Llama 3, SmolLM2, Qwen and gpt-oss use it. Immutable and thread-safe.
 */
public final class BpeTokenizer implements Tokenizer {

  private static final int NORMAL = 1;
  private static final int CONTROL = 3;
  private static final int USER_DEFINED = 4;
  private static final int UNUSED = 5;

  private final byte[][] bytes;
  private final boolean[] special;
  private final Map<String, Integer> specialIds = new HashMap<>();
  private final List<String> specialTexts;
  private final Map<String, Integer> pieceIds;
  private final boolean wholePieces;
  private final boolean composes; // text is brought to Unicode's form C first
  private final int[] byteIds = new int[256];
  private final PreTokenizer preTokenizer;
  private final BytePairEncoder encoder;
  private final boolean addsBos;
  private final OptionalInt bosToken;
  private final OptionalInt eosToken;

  private BpeTokenizer(ModelMetadata metadata, PreTokenizer preTokenizer) {
    String[] tokens = metadata.strings("tokenizer.ggml.tokens");
    String[] mergeTexts = metadata.strings("tokenizer.ggml.merges");
    int[] types =
        metadata.has("tokenizer.ggml.token_type")
            ? metadata.integers("tokenizer.ggml.token_type")
            : new int[0];
    if (types.length > 0 && types.length != tokens.length) {
      throw broken(metadata, types.length + " token types for " + tokens.length + " tokens");
    }
    this.preTokenizer = preTokenizer;
    this.bytes = new byte[tokens.length][];
    this.special = new boolean[tokens.length];
    Map<String, Integer> ids = HashMap.newHashMap(tokens.length);
    for (int id = 0; id < tokens.length; id++) {
      int type = id < types.length ? types[id] : NORMAL;
      special[id] = type == CONTROL || type == USER_DEFINED || type == UNUSED;
      if (special[id]) {
        bytes[id] = tokens[id].getBytes(StandardCharsets.UTF_8);
        specialIds.putIfAbsent(tokens[id], id);
        // gpt-oss files write the reserved tokens of o200k_harmony as padding, and one of them by
        // the name that it has in o200k_base.
        if (preTokenizer == PreTokenizer.GPT_4O
            && (tokens[id].equals("[PAD" + id + "]") || tokens[id].equals("<|endofprompt|>"))) {
          String reserved = "<|reserved_" + id + "|>";
          bytes[id] = reserved.getBytes(StandardCharsets.UTF_8);
          specialIds.putIfAbsent(reserved, id);
        }
      } else {
        bytes[id] = ByteLevel.bytes(tokens[id]);
        ids.putIfAbsent(tokens[id], id);
      }
    }
    this.pieceIds = ids;
    this.wholePieces =
        metadata.flag(
            "tokenizer.ggml.ignore_merges",
            preTokenizer == PreTokenizer.GPT_4O || preTokenizer == PreTokenizer.LLAMA_BPE);
    this.composes = "nfc".equals(metadata.stringOrNull("tokenizer.ggml.normalizer"));
    this.specialTexts = new ArrayList<>(specialIds.keySet());
    specialTexts.removeIf(String::isEmpty);
    specialTexts.sort(Comparator.comparingInt(String::length).reversed());
    for (int b = 0; b < 256; b++) {
      byteIds[b] = ids.getOrDefault(String.valueOf(ByteLevel.charOf(b)), -1);
    }
    this.encoder = new BytePairEncoder(mergeTable(metadata, ids, mergeTexts));
    this.addsBos = metadata.flag("tokenizer.ggml.add_bos_token", false);
    this.bosToken = tokenId(metadata, "tokenizer.ggml.bos_token_id", tokens.length);
    this.eosToken = tokenId(metadata, "tokenizer.ggml.eos_token_id", tokens.length);
  }

  /**
   * The tokenizer that a model file holds.
   *
   * @throws ModelFormatException if it has none, or one of a kind that is not known
   */
  public static BpeTokenizer from(ModelMetadata metadata) {
    String model = metadata.string("tokenizer.ggml.model");
    if (!model.equals("gpt2")) {
      throw new ModelFormatException(
          metadata.file(),
          null,
          "has a tokenizer of the kind " + model + "; byte-level BPE (gpt2) is known");
    }
    String pre = metadata.string("tokenizer.ggml.pre");
    PreTokenizer preTokenizer =
        switch (pre) {
          case "gpt-4o" -> PreTokenizer.GPT_4O;
          case "smollm" -> PreTokenizer.SMOLLM;
          case "gpt-2", "default" -> PreTokenizer.GPT_2;
          case "llama-bpe", "llama3", "llama-v3" -> PreTokenizer.LLAMA_BPE;
          case "qwen2" -> PreTokenizer.QWEN2;
          default ->
              throw new ModelFormatException(
                  metadata.file(),
                  null,
                  "has the pre-tokenizer "
                      + pre
                      + "; known are gpt-4o, smollm, gpt-2, llama-bpe, qwen2");
        };
    return new BpeTokenizer(metadata, preTokenizer);
  }

  /** Control tokens count, though nothing merges into them. */
  private boolean isKnown(Map<String, Integer> ids, String token) {
    return ids.containsKey(token) || specialIds.containsKey(token);
  }

  private MergeTable mergeTable(ModelMetadata metadata, Map<String, Integer> ids, String[] merges) {
    MergeTable table = new MergeTable(merges.length);
    for (int rank = 0; rank < merges.length; rank++) {
      String merge = merges[rank];
      int space = merge.indexOf(' ', 1);
      if (space < 0 || space == merge.length() - 1) {
        throw broken(metadata, "merge " + rank + " is no pair");
      }
      String left = merge.substring(0, space);
      String right = merge.substring(space + 1);
      Integer leftId = ids.get(left);
      Integer rightId = ids.get(right);
      Integer mergedId = ids.get(left.concat(right));
      if (leftId != null && rightId != null && mergedId != null) {
        table.put(leftId, rightId, rank, mergedId);
      } else if (!isKnown(ids, left) || !isKnown(ids, right) || !isKnown(ids, left.concat(right))) {
        throw broken(metadata, "merge " + rank + " names a token that is not in the vocabulary");
      }
    }
    return table;
  }

  private static OptionalInt tokenId(ModelMetadata metadata, String key, int tokens) {
    if (!metadata.has(key)) {
      return OptionalInt.empty();
    }
    int id = metadata.integer(key);
    if (id >= tokens) {
      throw broken(metadata, key + " " + id + " for " + tokens + " tokens");
    }
    return OptionalInt.of(id);
  }

  private static ModelFormatException broken(ModelMetadata metadata, String reason) {
    return new ModelFormatException(metadata.file(), null, "has a broken tokenizer: " + reason);
  }

  @Override
  public int[] encode(String text) {
    BytePairEncoder.Ids out = new BytePairEncoder.Ids();
    encode(text, out);
    return out.toArray();
  }

  @Override
  public int[] encodeWithSpecial(String text) {
    BytePairEncoder.Ids out = new BytePairEncoder.Ids();
    int plain = 0;
    for (int i = 0; i < text.length(); ) {
      String found = specialAt(text, i);
      if (found == null) {
        i++;
      } else {
        encode(text.substring(plain, i), out);
        out.add(Objects.requireNonNull(specialIds.get(found)));
        i += found.length();
        plain = i;
      }
    }
    encode(text.substring(plain), out);
    return out.toArray();
  }

  private @Nullable String specialAt(String text, int at) {
    char c = text.charAt(at);
    if (c != '<' && c != '[' && c < 128) {
      return null; // what all special tokens of the known models begin with, or other scripts'
      // signs
    }
    for (String special : specialTexts) {
      if (text.startsWith(special, at)) {
        return special;
      }
    }
    return null;
  }

  private void encode(String text, BytePairEncoder.Ids out) {
    if (text.isEmpty()) {
      return;
    }
    int[] codePoints =
        codePoints(composes ? Normalizer.normalize(text, Normalizer.Form.NFC) : text);
    int[] ids = new int[64];
    StringBuilder stored = new StringBuilder();
    for (int start = 0; start < codePoints.length; ) {
      int end = preTokenizer.next(codePoints, start);
      stored.setLength(0);
      for (int i = start; i < end; i++) {
        appendByteLevel(codePoints[i], stored);
      }
      Integer whole = wholePieces || stored.length() == 1 ? pieceIds.get(stored.toString()) : null;
      if (whole != null) {
        out.add(whole);
      } else {
        if (ids.length < stored.length()) {
          ids = new int[2 * stored.length()];
        }
        int count = 0;
        for (int i = 0; i < stored.length(); i++) {
          int id = byteIds[ByteLevel.byteOf(stored.charAt(i))];
          if (id >= 0) {
            ids[count++] = id;
          }
        }
        out.addAll(ids, encoder.merge(ids, count));
      }
      start = end;
    }
  }

  /** Code points, with U+FFFD for each unpaired surrogate. */
  private static int[] codePoints(String text) {
    int[] codePoints = new int[text.length()];
    int count = 0;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      codePoints[count++] = c >= 0xD800 && c <= 0xDFFF ? 0xFFFD : c;
    }
    return count == codePoints.length ? codePoints : Arrays.copyOf(codePoints, count);
  }

  private static void appendByteLevel(int c, StringBuilder out) {
    if (c < 0x80) {
      out.append(ByteLevel.charOf(c));
    } else if (c < 0x800) {
      out.append(ByteLevel.charOf(0xC0 | c >> 6)).append(ByteLevel.charOf(0x80 | c & 0x3F));
    } else if (c < 0x10000) {
      out.append(ByteLevel.charOf(0xE0 | c >> 12))
          .append(ByteLevel.charOf(0x80 | c >> 6 & 0x3F))
          .append(ByteLevel.charOf(0x80 | c & 0x3F));
    } else {
      out.append(ByteLevel.charOf(0xF0 | c >> 18))
          .append(ByteLevel.charOf(0x80 | c >> 12 & 0x3F))
          .append(ByteLevel.charOf(0x80 | c >> 6 & 0x3F))
          .append(ByteLevel.charOf(0x80 | c & 0x3F));
    }
  }

  @Override
  public byte[] bytes(int id) {
    return id < 0 || id >= bytes.length ? new byte[0] : bytes[id].clone();
  }

  @Override
  public String decode(int[] ids) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int id : ids) {
      all.writeBytes(bytes(id));
    }
    return all.toString(StandardCharsets.UTF_8);
  }

  @Override
  public OptionalInt specialToken(String text) {
    Integer id = specialIds.get(text);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  @Override
  public boolean isSpecial(int id) {
    return id >= 0 && id < special.length && special[id];
  }

  @Override
  public int vocabularySize() {
    return bytes.length;
  }

  @Override
  public boolean addsBos() {
    return addsBos;
  }

  @Override
  public OptionalInt bosToken() {
    return bosToken;
  }

  @Override
  public OptionalInt eosToken() {
    return eosToken;
  }
}
