package org.harmonykb.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.harmonykb.faults.Fault;
import org.harmonykb.faults.StorageException;
import org.harmonykb.storage.FileStore;
import org.harmonykb.storage.FileStoreContract;
import org.harmonykb.storage.S3Server;
import org.harmonykb.storage.StorageProperties;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract on a real S3 server, and what is said where it cannot be used. */
@SuppressWarnings("NullAway.Init")
class S3FilesIT extends FileStoreContract {

  @TempDir static Path folder;
  private static S3Server server;

  private final List<S3Files> open = new ArrayList<>();

  @BeforeAll
  static void start() throws Exception {
    server = new S3Server(folder);
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
  }

  @AfterEach
  void closeClients() {
    open.forEach(S3Files::close);
  }

  @Override
  protected FileStore store() {
    return files(server.endpoint(), S3Server.BUCKET);
  }

  @Override
  protected FileStore other() {
    return store();
  }

  private S3Files files(URI endpoint, String bucket) {
    S3Files files =
        new S3Files(
            new StorageProperties.S3(
                endpoint, "us-east-1", bucket, "some/where/", null, Duration.ofSeconds(5)));
    open.add(files);
    return files;
  }

  @Test
  void missingBucketAndWrongKeysAreTold() {
    assertThatThrownBy(() -> files(server.endpoint(), "nobodys"))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("There is no bucket for s3://nobodys/some/where/");
    System.setProperty("aws.secretAccessKey", "another");
    try {
      assertThatThrownBy(() -> files(server.endpoint(), S3Server.BUCKET))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("do not fit (403)");
    } finally {
      System.setProperty("aws.secretAccessKey", S3Server.SECRET);
    }
  }

  @Test
  void serverThatIsAwayIsAFaultAndUsedWhenItIsBack() throws Exception {
    S3Files files = files(server.endpoint(), S3Server.BUCKET);
    String name = files.store(new byte[] {1, 2, 3});
    server.stop();
    assertThatThrownBy(() -> files.read(name))
        .satisfies(e -> assertThat(Fault.of(e)).isEqualTo(Fault.STORAGE_DOWN));
    assertThatThrownBy(() -> files.store(new byte[] {4})).isInstanceOf(StorageException.class);
    assertThatThrownBy(() -> files.delete(name)).isInstanceOf(StorageException.class);
    S3Files begunMeanwhile = files(server.endpoint(), S3Server.BUCKET);
    server.startAgain();
    assertThat(begunMeanwhile.read(name)).containsExactly(1, 2, 3);
    files.delete(name);
    assertThat(begunMeanwhile.list()).isEmpty();
  }
}
