package org.harmonykb.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;

class FaultTest {

  @Test
  void fullDiskIsFoundBehindTheDatabaseThatItClosed() {
    SQLException closed = new SQLNonTransientConnectionException("The database has been closed");
    assertThat(Fault.of(new DataAccessResourceFailureException("reading", closed)))
        .isEqualTo(Fault.DATABASE_DOWN);
    closed.initCause(new IllegalStateException(new IOException("No space left on device")));
    assertThat(Fault.of(new DataAccessResourceFailureException("reading", closed)))
        .isEqualTo(Fault.DISK_FULL);
  }

  @Test
  void readOnlyDiskAndPostgresThatShutsDown() {
    IOException readOnly = new FileSystemException("/data/db", null, "Read-only file system");
    assertThat(Fault.of(new UncheckedIOException(readOnly))).isEqualTo(Fault.DISK_READ_ONLY);
    assertThat(Fault.of(new RuntimeException(new SQLException("shutting down", "57P01"))))
        .isEqualTo(Fault.DATABASE_DOWN);
  }

  @Test
  void searchEngineThatIsAwayIsNoReaderWhoIsGone() {
    assertThat(Fault.of(new IllegalStateException(new SearchEngineException("half the shards"))))
        .isEqualTo(Fault.SEARCH_DOWN);
  }

  @Test
  void storageThatIsAwayIsToldWithWhatItLeavesUndone() {
    StorageException away = new StorageException("s3://bucket/ cannot be used");
    assertThat(Fault.of(new IllegalStateException(away))).isEqualTo(Fault.STORAGE_DOWN);
    ResponseEntity<ProblemDetail> answer =
        Fault.STORAGE_DOWN.response(new FilesRemainException(away));
    assertThat(answer.getStatusCode().value()).isEqualTo(503);
    assertThat(answer.getHeaders().getFirst("Retry-After")).isEqualTo("10");
    assertThat(String.valueOf(answer.getBody())).contains("It is removed");
  }

  @Test
  void otherFailuresAreNone() {
    assertThat(Fault.of(new SQLException("duplicate key", "23505"))).isNull();
    assertThat(Fault.of(new IOException("Connection reset by peer"))).isNull();
    RuntimeException cycle = new RuntimeException("a");
    cycle.initCause(new RuntimeException("b", cycle));
    assertThat(Fault.of(cycle)).isNull();
  }
}
