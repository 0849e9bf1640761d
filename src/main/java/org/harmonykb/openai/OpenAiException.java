package org.harmonykb.openai;

import org.jspecify.annotations.Nullable;

/**
 * A request to {@code /v1} that cannot be served, with what OpenAI's clients expect of an error.
 */
final class OpenAiException extends RuntimeException {

  static final String INVALID = "invalid_request_error";

  private final int status;
  private final String type;
  private final @Nullable String param;
  private final @Nullable String code;

  OpenAiException(
      int status, String type, @Nullable String param, @Nullable String code, String message) {
    super(message);
    this.status = status;
    this.type = type;
    this.param = param;
    this.code = code;
  }

  /**
   * @param param the field that is wrong, such as {@code messages[2].content}
   */
  static OpenAiException invalid(@Nullable String param, String message) {
    return new OpenAiException(400, INVALID, param, null, message);
  }

  int status() {
    return status;
  }

  OpenAiError error() {
    return OpenAiError.of(getMessage(), type, param, code);
  }
}
