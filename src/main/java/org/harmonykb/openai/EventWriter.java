package org.harmonykb.openai;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes events as OpenAI does, with a blank after each colon: some clients look for {@code "data:
 * "}.
 */
final class EventWriter {

  private static final MediaType TEXT = new MediaType("text", "plain", StandardCharsets.UTF_8);

  private final SseEmitter emitter;
  private final JsonMapper json;

  EventWriter(SseEmitter emitter, JsonMapper json) {
    this.emitter = emitter;
    this.json = json;
  }

  /**
   * @throws UncheckedIOException if the reader is gone
   */
  void send(@Nullable String name, Object data) {
    SseEmitter.SseEventBuilder event = SseEmitter.event();
    if (name != null) {
      event.name(" " + name);
    }
    String text = data instanceof String given ? given : json.writeValueAsString(data);
    try {
      emitter.send(event.data(" " + text, TEXT));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void complete() {
    emitter.complete();
  }
}
