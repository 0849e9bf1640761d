package org.harmonykb.connection;

/** The service stops, and with it the answer. */
public final class ShuttingDownException extends RuntimeException {

  /** By which clients tell it from other errors. */
  public static final String CODE = "shutting_down";

  public ShuttingDownException() {
    super("The service is shutting down: ask again in a moment");
  }
}
