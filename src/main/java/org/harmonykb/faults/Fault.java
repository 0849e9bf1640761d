package org.harmonykb.faults;

import java.io.IOException;
import java.nio.file.ReadOnlyFileSystemException;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;

/** A trouble of the machine or the database that a caller can be told about in plain words. */
public enum Fault {
  DISK_FULL(
      507,
      "The disk that holds the service's data is full. Nothing was changed; it goes on when there is room."),
  DISK_READ_ONLY(
      507, "The disk that holds the service's data cannot be written. Nothing was changed."),
  DATABASE_DOWN(503, "The database does not answer. Nothing was changed; try again soon."),
  SEARCH_DOWN(503, "The search engine does not answer as it should; try again soon."),
  STORAGE_DOWN(
      503,
      "The storage that holds the documents' files does not answer. Nothing was changed; try again soon.");

  private static final Set<String> FULL =
      Set.of("no space left", "disk quota exceeded", "not enough space");
  private static final String READ_ONLY = "read-only file system";
  private static final int MOST_CAUSES = 50;

  private final int status;
  private final String detail;

  Fault(int status, String detail) {
    this.status = status;
    this.detail = detail;
  }

  /** The HTTP status that says so. */
  public int status() {
    return status;
  }

  /** One or two sentences for whoever asked. */
  public String detail() {
    return detail;
  }

  /** Whether what failed of it can be tried again soon: another machine is away. */
  public boolean passes() {
    return status == HttpStatus.SERVICE_UNAVAILABLE.value();
  }

  /** The answer to a request that failed of it; it says when to come again if waiting helps. */
  public ResponseEntity<ProblemDetail> response(Throwable thrown) {
    ResponseEntity.BodyBuilder answer = ResponseEntity.status(status);
    if (passes()) {
      answer.header(HttpHeaders.RETRY_AFTER, "10");
    }
    String told =
        thrown instanceof InsufficientDiskSpaceException || thrown instanceof FilesRemainException
            ? String.valueOf(thrown.getMessage())
            : detail;
    return answer.body(ProblemDetail.forStatusAndDetail(HttpStatusCode.valueOf(status), told));
  }

  /** The fault among an exception's causes; a full disk explains a closed database. */
  public static @Nullable Fault of(Throwable thrown) {
    Fault found = null;
    Throwable cause = thrown;
    for (int i = 0; cause != null && i < MOST_CAUSES; i++) {
      if (cause instanceof IOException && says(cause, FULL)) {
        return DISK_FULL;
      }
      if (cause instanceof ReadOnlyFileSystemException
          || cause instanceof IOException && says(cause, Set.of(READ_ONLY))) {
        return DISK_READ_ONLY;
      }
      if (cause instanceof SearchEngineException) {
        return SEARCH_DOWN;
      }
      if (cause instanceof StorageException) {
        return STORAGE_DOWN;
      }
      if (cause instanceof InsufficientDiskSpaceException) {
        return DISK_FULL;
      }
      if (cause instanceof SQLException e && isConnectionLost(e)) {
        found = DATABASE_DOWN;
      }
      cause = cause.getCause();
    }
    return found;
  }

  private static boolean says(Throwable thrown, Set<String> words) {
    String message = String.valueOf(thrown.getMessage()).toLowerCase(Locale.ROOT);
    return words.stream().anyMatch(message::contains);
  }

  static boolean isConnectionLost(SQLException e) {
    String state = String.valueOf(e.getSQLState());
    return e instanceof SQLTransientConnectionException
        || "Connection is closed".equals(e.getMessage()) // by the pool, which found it broken
        || e instanceof SQLNonTransientConnectionException
        || state.startsWith("08") // connection
        || state.startsWith("57P"); // PostgreSQL shuts down or starts
  }
}
