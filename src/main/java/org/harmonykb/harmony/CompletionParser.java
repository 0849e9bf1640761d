package org.harmonykb.harmony;

import java.util.List;

/**
 * Separates what a model writes into channels while it is being written. Never fails, whatever the
 * model writes. One completion, one thread.
 */
public interface CompletionParser {

  /**
   * A piece of text on a channel.
   *
   * @param channel where it belongs; plain chat formats have {@link Channel#FINAL} only
   * @param recipient the tool called, such as {@code functions.search}, or empty
   */
  record Delta(Channel channel, String recipient, String text) {}

  /**
   * Takes the next token and returns the text completed by it, if any. Never splits a character.
   */
  List<Delta> accept(int token);

  /** Ends the completion and returns held-back text. */
  List<Delta> finish();
}
