package org.harmonykb.harmony;

/**
 * A conversation that Harmony cannot write, or tokens that are no Harmony messages. The message is
 * the one of the openai/harmony library.
 */
public final class HarmonyException extends IllegalArgumentException {

  private static final long serialVersionUID = 1;

  public HarmonyException(String message) {
    super(message);
  }
}
