package org.harmonykb.harmony;

/** Finds the format that a model was trained on by the control tokens of its vocabulary. */
public final class ChatFormats {

  private ChatFormats() {}

  /**
   * @throws IllegalArgumentException if the vocabulary belongs to none of the known formats
   */
  public static ChatFormat forVocabulary(Vocabulary vocabulary) {
    if (has(vocabulary, "<|channel|>") && has(vocabulary, "<|return|>")) {
      return new HarmonyFormat(vocabulary);
    }
    if (has(vocabulary, "<|start_header_id|>") && has(vocabulary, "<|eot_id|>")) {
      return new Llama3Format(vocabulary);
    }
    if (has(vocabulary, "<|im_start|>") && has(vocabulary, "<|im_end|>")) {
      return new ChatMlFormat(vocabulary);
    }
    throw new IllegalArgumentException(
        "the model's vocabulary has the control tokens of no known chat format (Harmony, Llama 3, ChatML); use an instruction-tuned model");
  }

  private static boolean has(Vocabulary vocabulary, String token) {
    return vocabulary.controlToken(token).isPresent();
  }
}
