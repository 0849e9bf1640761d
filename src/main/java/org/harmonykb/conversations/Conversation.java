package org.harmonykb.conversations;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import java.time.Instant;
import java.util.UUID;

/** A conversation with the knowledge base. */
@Entity
public class Conversation {

  @Id private UUID id;
  private String title;
  private String assistant;
  private String owner;
  private Instant createdAt;
  private Instant updatedAt;

  /** For JPA. */
  @SuppressWarnings("NullAway.Init")
  protected Conversation() {}

  Conversation(UUID id, String owner, String title, String assistant, Instant now) {
    this.id = id;
    this.owner = owner;
    this.title = title;
    this.assistant = assistant;
    this.createdAt = now;
    this.updatedAt = now;
  }

  void rename(String newTitle, Instant now) {
    title = newTitle;
    updatedAt = now;
  }

  void touch(Instant now) {
    updatedAt = now;
  }

  public UUID id() {
    return id;
  }

  public String title() {
    return title;
  }

  /** Name of the user whom it belongs to. */
  public String owner() {
    return owner;
  }

  public String assistant() {
    return assistant;
  }

  public Instant createdAt() {
    return createdAt;
  }

  public Instant updatedAt() {
    return updatedAt;
  }
}
