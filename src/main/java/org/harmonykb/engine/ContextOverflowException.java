package org.harmonykb.engine;

/** The prompt does not fit into the context. */
public final class ContextOverflowException extends EngineException {

  private final int promptTokens;
  private final int contextLength;

  public ContextOverflowException(int promptTokens, int contextLength) {
    super(
        "The prompt has %d tokens, the context holds %d: shorten the prompt or raise kb.engine.context-length"
            .formatted(promptTokens, contextLength));
    this.promptTokens = promptTokens;
    this.contextLength = contextLength;
  }

  public int promptTokens() {
    return promptTokens;
  }

  public int contextLength() {
    return contextLength;
  }
}
