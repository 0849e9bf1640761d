package org.harmonykb.harmony;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.harmonykb.harmony.Content.DeveloperContent;
import org.harmonykb.harmony.Content.SystemContent;

/**
 * The Harmony format of gpt-oss as the service writes it. The system message depends on the date
 * and the effort only, so that its keys and values are computed once a day; instructions go into
 * the developer message. Analysis of finished turns is left out. Source: openai/harmony.
 */
public final class HarmonyFormat implements ChatFormat {

  /** What the names of functions begin with as recipients. */
  public static final String FUNCTIONS = "functions.";

  private final Vocabulary vocabulary;
  private final HarmonyRenderer renderer;
  private final Set<Integer> stopTokens;

  public HarmonyFormat(Vocabulary vocabulary) {
    this.vocabulary = vocabulary;
    this.renderer = new HarmonyRenderer(vocabulary);
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
  public boolean thinks() {
    return true;
  }

  @Override
  public int[] render(Conversation conversation) {
    return render(messages(conversation));
  }

  /**
   * The prompt for the assistant's next message after messages of any kind, tool calls and results
   * included.
   *
   * @throws HarmonyException if a message cannot be written
   */
  public int[] render(List<Message> messages) {
    return renderer.completion(messages, AnalysisHistory.BEFORE_LAST_FINAL, Role.ASSISTANT).ids();
  }

  /** The messages of a conversation; tool definitions belong into the developer's. */
  public static List<Message> messages(Conversation conversation) {
    List<Message> messages = new ArrayList<>();
    messages.add(
        Message.of(
            Role.SYSTEM,
            SystemContent.DEFAULT
                .withReasoningEffort(conversation.reasoningEffort())
                .withConversationStartDate(conversation.date())));
    boolean hasTools = !conversation.tools().isEmpty();
    if (!conversation.instructions().isEmpty() || hasTools) {
      messages.add(
          Message.of(
              Role.DEVELOPER,
              new DeveloperContent(
                  conversation.instructions().isEmpty() ? null : conversation.instructions(),
                  hasTools
                      ? Map.of(
                          "functions",
                          new Content.ToolNamespace("functions", null, conversation.tools()))
                      : null)));
    }
    conversation.turns().forEach(turn -> addTurn(turn, messages));
    return messages;
  }

  private static void addTurn(Conversation.Turn turn, List<Message> messages) {
    switch (turn) {
      case Conversation.Turn.User user -> messages.add(Message.of(Role.USER, user.text()));
      case Conversation.Turn.Assistant assistant ->
          messages.add(Message.of(Role.ASSISTANT, assistant.text()).withChannel(Message.FINAL));
      case Conversation.Turn.Calls calls -> {
        if (!calls.thoughts().isEmpty()) {
          messages.add(Message.of(Role.ASSISTANT, calls.thoughts()).withChannel(Message.ANALYSIS));
        }
        if (!calls.text().isEmpty()) {
          messages.add(Message.of(Role.ASSISTANT, calls.text()).withChannel(Message.COMMENTARY));
        }
        for (Conversation.Call call : calls.calls()) {
          messages.add(
              Message.of(Role.ASSISTANT, call.arguments())
                  .withChannel(Message.COMMENTARY)
                  .withRecipient(FUNCTIONS + call.function())
                  .withContentType("<|constrain|>json"));
        }
      }
      case Conversation.Turn.Result result ->
          messages.add(
              Message.of(Role.TOOL, result.text())
                  .withName(FUNCTIONS + result.function())
                  .withRecipient(Role.ASSISTANT.text())
                  .withChannel(Message.COMMENTARY));
    }
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
