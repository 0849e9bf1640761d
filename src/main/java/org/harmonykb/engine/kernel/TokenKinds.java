package org.harmonykb.engine.kernel;

/**
 * How many tokens of a batch are of which kind. Generated ones come first, then those of prompts,
 * then those that are computed from floats whatever the option says.
 *
 * @param generated tokens of answers that are being written
 * @param prompt tokens of prompts
 */
public record TokenKinds(int generated, int prompt) {

  /** Floats for all. */
  public static final TokenKinds PLAIN = new TokenKinds(0, 0);

  /** The kinds of the first tokens only. */
  public TokenKinds first(int tokens) {
    int first = Math.min(generated, tokens);
    return new TokenKinds(first, Math.min(prompt, tokens - first));
  }

  /**
   * The kinds of some of the tokens.
   *
   * @param tokens indices in ascending order
   */
  public TokenKinds of(int[] tokens, int from, int to) {
    int at = from;
    while (at < to && tokens[at] < generated) {
      at++;
    }
    int prompts = at;
    while (prompts < to && tokens[prompts] < generated + prompt) {
      prompts++;
    }
    return new TokenKinds(at - from, prompts - at);
  }
}
