package org.harmonykb.harmony;

import java.util.Set;

/** Llama 3's format. */
public final class Llama3Format implements ChatFormat {

  private final Vocabulary vocabulary;
  private final Set<Integer> stopTokens;

  public Llama3Format(Vocabulary vocabulary) {
    this.vocabulary = vocabulary;
    this.stopTokens =
        Set.of(
            PromptBuilder.control(vocabulary, "<|eot_id|>"),
            PromptBuilder.control(vocabulary, "<|end_of_text|>"));
  }

  @Override
  public String name() {
    return "llama3";
  }

  @Override
  public int[] render(Conversation conversation) {
    PromptBuilder prompt = new PromptBuilder(vocabulary).control("<|begin_of_text|>");
    PlainTools.messages(conversation)
        .forEach(message -> turn(prompt, message.role(), message.text()));
    header(prompt, "assistant");
    return prompt.toArray();
  }

  private static void turn(PromptBuilder prompt, String role, String text) {
    header(prompt, role);
    prompt.text(text).control("<|eot_id|>");
  }

  private static void header(PromptBuilder prompt, String role) {
    prompt.control("<|start_header_id|>").text(role).control("<|end_header_id|>").text("\n\n");
  }

  @Override
  public Set<Integer> stopTokens() {
    return stopTokens;
  }

  @Override
  public CompletionParser parser() {
    return new PlainCompletionParser(vocabulary, stopTokens);
  }

  @Override
  public CompletionParser toolParser() {
    return new PlainToolParser(parser());
  }
}
