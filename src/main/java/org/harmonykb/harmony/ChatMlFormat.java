package org.harmonykb.harmony;

import java.util.HashSet;
import java.util.Set;

/** ChatML, as SmolLM2 and Qwen write it. */
public final class ChatMlFormat implements ChatFormat {

  private final Vocabulary vocabulary;
  private final Set<Integer> stopTokens;

  public ChatMlFormat(Vocabulary vocabulary) {
    this.vocabulary = vocabulary;
    Set<Integer> stops = new HashSet<>();
    stops.add(PromptBuilder.control(vocabulary, "<|im_end|>"));
    vocabulary.controlToken("<|endoftext|>").ifPresent(stops::add);
    this.stopTokens = Set.copyOf(stops);
  }

  @Override
  public String name() {
    return "chatml";
  }

  @Override
  public int[] render(Conversation conversation) {
    PromptBuilder prompt = new PromptBuilder(vocabulary);
    PlainTools.messages(conversation)
        .forEach(message -> turn(prompt, message.role(), message.text()));
    return prompt.control("<|im_start|>").text("assistant\n").toArray();
  }

  /** Header and content are encoded apart, so that an answer's own tokens stay a prefix. */
  private static void turn(PromptBuilder prompt, String role, String text) {
    prompt.control("<|im_start|>").text(role + "\n").text(text).control("<|im_end|>").text("\n");
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
