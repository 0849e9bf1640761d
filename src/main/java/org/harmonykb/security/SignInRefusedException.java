package org.harmonykb.security;

/** Nobody was signed in. */
public final class SignInRefusedException extends RuntimeException {

  private final long retryAfterSeconds;

  /**
   * @param retryAfterSeconds 0 unless there were too many tries
   */
  SignInRefusedException(String message, long retryAfterSeconds) {
    super(message);
    this.retryAfterSeconds = retryAfterSeconds;
  }

  public long retryAfterSeconds() {
    return retryAfterSeconds;
  }
}
