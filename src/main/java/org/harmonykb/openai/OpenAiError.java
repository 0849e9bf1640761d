package org.harmonykb.openai;

import org.jspecify.annotations.Nullable;

/** An error as OpenAI's clients read it; all four fields are always there. */
record OpenAiError(Body error) {

  record Body(String message, String type, @Nullable String param, @Nullable String code) {}

  static OpenAiError of(
      @Nullable String message, String type, @Nullable String param, @Nullable String code) {
    return new OpenAiError(
        new Body(message == null ? "The request failed" : message, type, param, code));
  }

  /** What is told of an exception once the status is sent. */
  static OpenAiError of(RuntimeException e) {
    return OpenAiErrors.failure(e).error();
  }
}
