package org.harmonykb.openai;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How {@code /v1} answers.
 *
 * @param reasoning where the model's thoughts go
 * @param sources how an assistant tells its sources
 * @param publicUrl what links to sources begin with; empty: the address that the client used
 * @param keepResponses how long stored responses are kept
 */
@ConfigurationProperties("kb.openai")
record OpenAiProperties(
    @DefaultValue("CONTENT") Reasoning reasoning,
    @DefaultValue("BOTH") Sources sources,
    @DefaultValue("") String publicUrl,
    @DefaultValue("30d") Duration keepResponses) {

  enum Reasoning {
    /** To {@code reasoning_content}. */
    CONTENT,
    /** Nowhere. */
    NONE
  }

  enum Sources {
    /** In the field {@code sources} and as links. */
    BOTH,
    /** In the field {@code sources}. */
    FIELD,
    /** The markers in the text become Markdown links. */
    LINKS,
    NONE;

    boolean hasField() {
      return this == BOTH || this == FIELD;
    }

    boolean hasLinks() {
      return this == BOTH || this == LINKS;
    }
  }
}
