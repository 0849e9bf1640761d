package org.harmonykb.openai;

/**
 * A request to {@code /v1} that cannot be served, with what OpenAI's clients expect of an error.
 */
final class OpenAiException extends RuntimeException {

  private final int status;
  private final String type;

  OpenAiException(int status, String type, String message) {
    super(message);
    this.status = status;
    this.type = type;
  }

  static OpenAiException invalid(String message) {
    return new OpenAiException(400, "invalid_request_error", message);
  }

  int status() {
    return status;
  }

  String type() {
    return type;
  }
}
