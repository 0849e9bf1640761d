package org.harmonykb.answering;

import java.util.List;
import java.util.Map;
import org.harmonykb.harmony.Conversation.ReasoningEffort;
import org.jspecify.annotations.Nullable;

/**
 * A domain's way of answering. Texts come by language, {@code en} and {@code zh}; {@link
 * AssistantYaml} reads and checks them.
 *
 * @param collections what it searches; empty means everything
 * @param instructions role, input and output for the model
 * @param contact whom to ask when the documents do not tell
 * @param refusal what is said then; {@code {contact}} stands for the contact
 * @param limits what its answers are not, shown below each of them in the form {@code points}
 * @param examples questions to begin with
 * @param reasoningEffort how long a model that thinks may think
 */
public record Assistant(
    String id,
    List<String> collections,
    Map<String, String> title,
    Map<String, String> instructions,
    Map<String, String> contact,
    Map<String, String> refusal,
    Map<String, String> limits,
    Map<String, List<String>> examples,
    ReasoningEffort reasoningEffort,
    Sampling sampling,
    Form form) {

  /** What an answer must consist of. */
  public enum Form {
    /** Sentences with citations. */
    PLAIN,
    /** Also the paragraphs that it rests on, word by word, each with its place. */
    QUOTES,
    /** Points, their basis, advice and the limits of what was said. */
    POINTS
  }

  /**
   * How tokens are chosen, where the asker does not say.
   *
   * @param repetitionPenalty of free words; copied words are not penalised
   * @param maxTokens most tokens of an answer, or null for the service's own limit
   */
  public record Sampling(
      double temperature,
      double topP,
      double repetitionPenalty,
      long seed,
      @Nullable Integer maxTokens) {

    public static final Sampling DEFAULTS = new Sampling(0, 1, 1.1, 42, null);
  }

  String instructions(String language) {
    return text(instructions, language).strip();
  }

  String contact(String language) {
    return text(contact, language);
  }

  /** The refusal with the contact in it. */
  String refusal(String language) {
    return text(refusal, language).strip().replace("{contact}", contact(language));
  }

  String limits(String language) {
    return text(limits, language).strip().replace("{contact}", contact(language));
  }

  private static String text(Map<String, String> texts, String language) {
    return texts.getOrDefault(language, texts.getOrDefault("en", ""));
  }
}
