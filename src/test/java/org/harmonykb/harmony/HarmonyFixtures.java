package org.harmonykb.harmony;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.harmonykb.Fixtures;
import org.harmonykb.answering.TokenizerVocabulary;
import org.harmonykb.engine.format.ModelFile;
import org.harmonykb.engine.tokenizer.BpeTokenizer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The openai/harmony library's own output, and the vocabulary it was made with. */
public final class HarmonyFixtures {

  public static final JsonMapper JSON = JsonMapper.builder().build();

  private static @Nullable Vocabulary vocabulary;

  private HarmonyFixtures() {}

  /** The vectors of one file; see the SOURCE.txt beside it. */
  public static List<JsonNode> vectors(String file) throws IOException {
    JsonNode root = JSON.readTree(Files.readString(Fixtures.shared("fixtures/harmony/" + file)));
    return root.get("vectors").valueStream().toList();
  }

  /** o200k_harmony from a GGUF file; read once. */
  public static synchronized Vocabulary vocabulary() {
    if (vocabulary == null) {
      try (ModelFile file =
          ModelFile.open(Fixtures.shared("fixtures/tokenizer/o200k_harmony-vocab.gguf"))) {
        vocabulary = new TokenizerVocabulary(BpeTokenizer.from(file.metadata()));
      }
    }
    return vocabulary;
  }

  /** Ids as the unsigned numbers that they are. */
  public static int[] ids(JsonNode vector) {
    return vector.get("ids").valueStream().mapToInt(id -> (int) id.asLong()).toArray();
  }
}
