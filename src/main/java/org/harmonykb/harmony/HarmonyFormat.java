package org.harmonykb.harmony;

import java.util.Locale;
import java.util.Set;

/**
 * The Harmony format of gpt-oss. The system message depends on the date and the effort only, so
 * that its keys and values are computed once a day; instructions go into the developer message.
 * Finished answers come back on the final channel, without what the model thought. Source:
 * openai/harmony.
 */
public final class HarmonyFormat implements ChatFormat {

  private static final String IDENTITY =
      "You are ChatGPT, a large language model trained by OpenAI.";
  private static final String KNOWLEDGE_CUTOFF = "2024-06";

  private final Vocabulary vocabulary;
  private final Set<Integer> stopTokens;

  public HarmonyFormat(Vocabulary vocabulary) {
    this.vocabulary = vocabulary;
    this.stopTokens =
        Set.of(
            PromptBuilder.control(vocabulary, "<|return|>"),
            PromptBuilder.control(vocabulary, "<|call|>"),
            PromptBuilder.control(vocabulary, "<|endoftext|>"));
  }

  @Override
  public String name() {
    return "harmony";
  }

  @Override
  public int[] render(Conversation conversation) {
    PromptBuilder prompt = new PromptBuilder(vocabulary);
    message(prompt, "system", system(conversation));
    if (!conversation.instructions().isEmpty()) {
      message(prompt, "developer", "# Instructions\n\n" + conversation.instructions());
    }
    for (Conversation.Turn turn : conversation.turns()) {
      switch (turn) {
        case Conversation.Turn.User user -> message(prompt, "user", user.text());
        case Conversation.Turn.Assistant assistant ->
            prompt
                .control("<|start|>")
                .text("assistant")
                .control("<|channel|>")
                .text("final")
                .control("<|message|>")
                .text(assistant.text())
                .control("<|end|>");
      }
    }
    return prompt.control("<|start|>").text("assistant").toArray();
  }

  private static String system(Conversation conversation) {
    StringBuilder text = new StringBuilder(IDENTITY);
    text.append("\nKnowledge cutoff: ").append(KNOWLEDGE_CUTOFF);
    if (conversation.date() != null) {
      text.append("\nCurrent date: ").append(conversation.date());
    }
    text.append("\n\nReasoning: ")
        .append(conversation.reasoningEffort().name().toLowerCase(Locale.ROOT))
        .append("\n\n# Valid channels: analysis, commentary, final.")
        .append(" Channel must be included for every message.");
    return text.toString();
  }

  private static void message(PromptBuilder prompt, String role, String content) {
    prompt.control("<|start|>").text(role).control("<|message|>").text(content).control("<|end|>");
  }

  @Override
  public Set<Integer> stopTokens() {
    return stopTokens;
  }

  @Override
  public CompletionParser parser() {
    return new HarmonyCompletionParser(vocabulary);
  }
}
