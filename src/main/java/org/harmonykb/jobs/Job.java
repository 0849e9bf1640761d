package org.harmonykb.jobs;

import jakarta.persistence.Column;
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
    /** Reads one document. */
    INGEST,
    /** Builds a new index generation. */
    REINDEX,
    /** Removes what is older than its retention. */
    PURGE,
    /** Brings a watched folder and its documents in step. */
    SYNC,
    /** Measures answers on a question set. */
    EVALUATE
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
  private @Nullable String argument;

  /** What no other job that is not over may have; null where several may do the same. */
  private @Nullable String onlyOne;

  @Column(columnDefinition = "text")
  private @Nullable String result;

  private Instant createdAt;
  private Instant updatedAt;
  private @Nullable Instant startedAt;
  private @Nullable Instant finishedAt;

  /** For JPA. */
  @SuppressWarnings("NullAway.Init")
  protected Job() {}

  Job(UUID id, Kind kind, @Nullable UUID documentId, @Nullable String argument, Instant now) {
    this.id = id;
    this.kind = kind;
    this.documentId = documentId;
    this.argument = argument;
    this.state = State.QUEUED;
    this.onlyOne = only(kind, argument);
    this.createdAt = now;
    this.updatedAt = now;
  }

  /** Of most kinds one job is queued or runs at a time, of syncs one per source. */
  private static @Nullable String only(Kind kind, @Nullable String argument) {
    return switch (kind) {
      case INGEST, EVALUATE -> null;
      case SYNC -> kind + " " + source(argument);
      default -> kind.name();
    };
  }

  private static String source(@Nullable String argument) {
    String text = argument == null ? "" : argument;
    return text.contains("/") ? text.substring(0, text.indexOf('/')) : text;
  }

  void moveTo(State next, @Nullable String why, Instant now) {
    state = next;
    message = why == null || why.length() <= 2000 ? why : why.substring(0, 2000);
    updatedAt = now;
    switch (next) {
      case QUEUED -> {
        cancelRequested = false;
        done = 0;
        startedAt = null;
        finishedAt = null;
        result = null;
        onlyOne = only(kind, argument);
      }
      case RUNNING -> startedAt = startedAt == null ? now : startedAt;
      case DONE, FAILED, CANCELLED -> {
        finishedAt = now;
        onlyOne = null;
      }
    }
    if (next == State.DONE) {
      done = total;
    }
  }

  /** Waits again for its turn; a wish to cancel it stays. */
  void postpone(String why, Instant now) {
    state = State.QUEUED;
    message = why;
    updatedAt = now;
  }

  void progress(int newDone, int newTotal, Instant now) {
    done = newDone;
    total = newTotal;
    updatedAt = now;
  }

  void takeResult(String json) {
    result = json;
  }

  void takeArgument(String newArgument) {
    argument = newArgument;
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

  /** What the job is to do, in its kind's own words; a source or {@code force}. */
  public @Nullable String argument() {
    return argument;
  }

  /** What it found out, as JSON. */
  public @Nullable String result() {
    return result;
  }

  public @Nullable Instant startedAt() {
    return startedAt;
  }

  public @Nullable Instant finishedAt() {
    return finishedAt;
  }

  public boolean isOver() {
    return state == State.DONE || state == State.FAILED || state == State.CANCELLED;
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
