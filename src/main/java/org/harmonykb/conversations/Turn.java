package org.harmonykb.conversations;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import java.time.Instant;
import java.util.UUID;

/** One question and its answer. */
@Entity
public class Turn {

  @Id private UUID id;
  private UUID conversationId;
  private int ordinal;
  private String question;

  @Column(columnDefinition = "text")
  private String prompt;

  @Column(columnDefinition = "text")
  private String answer;

  @Column(columnDefinition = "text")
  private String result;

  private Instant createdAt;

  /** For JPA. */
  @SuppressWarnings("NullAway.Init")
  protected Turn() {}

  Turn(
      UUID id,
      UUID conversationId,
      int ordinal,
      String question,
      String prompt,
      String answer,
      String result,
      Instant now) {
    this.id = id;
    this.conversationId = conversationId;
    this.ordinal = ordinal;
    this.question = question;
    this.prompt = prompt;
    this.answer = answer;
    this.result = result;
    this.createdAt = now;
  }

  /** The answer's id. */
  public UUID id() {
    return id;
  }

  public UUID conversationId() {
    return conversationId;
  }

  public int ordinal() {
    return ordinal;
  }

  public String question() {
    return question;
  }

  /** The user message as the model saw it, passages included. */
  public String prompt() {
    return prompt;
  }

  /** What the model wrote. */
  public String answer() {
    return answer;
  }

  /** The answer as the reader saw it, as JSON. */
  public String result() {
    return result;
  }

  public Instant createdAt() {
    return createdAt;
  }
}
