package org.harmonykb.conversations;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A conversation with the knowledge base. */
@Entity
public class Conversation {

  @Id private UUID id;
  private String title;
  private String assistant;
  private String owner;
  private boolean pinned;
  private @Nullable String settings;
  private @Nullable String shareToken;
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

  void pin(boolean pin) {
    pinned = pin;
  }

  void configure(@Nullable String newAssistant, @Nullable String newSettings) {
    assistant = newAssistant == null ? assistant : newAssistant;
    settings = newSettings == null ? settings : newSettings;
  }

  void shareBy(@Nullable String token) {
    shareToken = token;
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

  public boolean pinned() {
    return pinned;
  }

  /** What the reader set for it, as JSON. */
  public @Nullable String settings() {
    return settings;
  }

  /** By which others may read it, or null. */
  public @Nullable String shareToken() {
    return shareToken;
  }

  public Instant createdAt() {
    return createdAt;
  }

  public Instant updatedAt() {
    return updatedAt;
  }
}
