package org.harmonykb.jobs;

import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A piece of background work that survives a restart. */
@Entity
public class Job {

  public enum Kind {
    INGEST,
    REINDEX
  }

  public enum State {
    QUEUED,
    RUNNING,
    DONE,
    FAILED,
    CANCELLED
  }

  @Id private UUID id;

  @Enumerated(EnumType.STRING)
  private Kind kind;

  private @Nullable UUID documentId;

  @Enumerated(EnumType.STRING)
  private State state;

  private int done;
  private int total;
  private @Nullable String message;
  private boolean cancelRequested;
  private Instant createdAt;
  private Instant updatedAt;

  /** For JPA. */
  @SuppressWarnings("NullAway.Init")
  protected Job() {}

  Job(UUID id, Kind kind, @Nullable UUID documentId, Instant now) {
    this.id = id;
    this.kind = kind;
    this.documentId = documentId;
    this.state = State.QUEUED;
    this.createdAt = now;
    this.updatedAt = now;
  }

  void moveTo(State next, @Nullable String why, Instant now) {
    state = next;
    message = why == null || why.length() <= 2000 ? why : why.substring(0, 2000);
    updatedAt = now;
    if (next == State.QUEUED) {
      cancelRequested = false;
      done = 0;
    }
  }

  void progress(int newDone, int newTotal, Instant now) {
    done = newDone;
    total = newTotal;
    updatedAt = now;
  }

  void requestCancel(Instant now) {
    cancelRequested = true;
    updatedAt = now;
  }

  public UUID id() {
    return id;
  }

  public Kind kind() {
    return kind;
  }

  public @Nullable UUID documentId() {
    return documentId;
  }

  public State state() {
    return state;
  }

  public int done() {
    return done;
  }

  public int total() {
    return total;
  }

  public @Nullable String message() {
    return message;
  }

  boolean cancelRequested() {
    return cancelRequested;
  }

  public Instant createdAt() {
    return createdAt;
  }

  public Instant updatedAt() {
    return updatedAt;
  }
}
