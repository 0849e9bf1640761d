package org.harmonykb.storage.s3;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.harmonykb.faults.StorageException;
import org.harmonykb.storage.FileStore;
import org.harmonykb.storage.StorageProperties;
import org.harmonykb.storage.StoredFile;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.retry.RetryMode;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Files as objects of a bucket. A PUT is answered when the object is durable, and its MD5 goes with
 * it, so what was damaged on the way is refused.
 */
public final class S3Files implements FileStore, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(S3Files.class);
  private static final Duration CONNECT = Duration.ofSeconds(2);
  private static final int SERVER_ERROR = 500;

  private final S3Client client;
  private final String bucket;
  private final String prefix;
  private final String place;

  /**
   * Opens the bucket. One that does not answer is waited for, so that questions are answered
   * meanwhile.
   *
   * @throws StorageException if there are no keys, or the bucket refuses them or does not exist
   */
  public S3Files(StorageProperties.S3 properties) {
    bucket = properties.bucket();
    prefix = properties.prefix();
    place =
        "s3://%s/%s%s"
            .formatted(
                bucket,
                prefix,
                properties.endpoint() == null ? "" : " at " + properties.endpoint());
    if (!bucket.matches("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")) {
      throw new StorageException(
          "kb.storage.s3.bucket is the name of a bucket: 3 to 63 small letters, digits, dots and dashes");
    }
    AwsCredentialsProvider credentials = DefaultCredentialsProvider.builder().build();
    S3ClientBuilder builder =
        S3Client.builder()
            .credentialsProvider(credentials)
            .region(Region.of(properties.region()))
            .forcePathStyle(properties.isPathStyle())
            // Newer checksums are not known to all storages; MD5 and signatures are.
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .overrideConfiguration(
                o -> o.apiCallTimeout(properties.timeout()).retryStrategy(RetryMode.STANDARD))
            .httpClient(
                UrlConnectionHttpClient.builder()
                    .connectionTimeout(CONNECT)
                    .socketTimeout(properties.timeout())
                    .build());
    if (properties.endpoint() != null) {
      builder.endpointOverride(properties.endpoint());
    }
    client = builder.build();
    try {
      requireUsable(credentials);
    } catch (RuntimeException e) {
      client.close();
      throw e;
    }
  }

  private void requireUsable(AwsCredentialsProvider credentials) {
    try {
      credentials.resolveCredentials();
    } catch (SdkException e) {
      throw new StorageException(
          "There are no keys for %s: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
              .formatted(place),
          e);
    }
    try {
      client.headBucket(request -> request.bucket(bucket));
    } catch (S3Exception e) {
      if (e.statusCode() < SERVER_ERROR) {
        throw new StorageException(
            switch (e.statusCode()) {
              case 403 -> "The keys for %s do not fit (403)".formatted(place);
              case 404 -> "There is no bucket for " + place;
              default -> "%s refuses (%d)".formatted(place, e.statusCode());
            },
            e);
      }
      warn(e);
    } catch (SdkException e) {
      warn(e);
    }
  }

  private void warn(SdkException e) {
    LOG.warn("{} does not answer; uploads and downloads wait for it: {}", place, e.getMessage());
  }

  /**
   * Asks for the bucket.
   *
   * @throws StorageException if it does not answer
   */
  public void ping() {
    call(() -> client.headBucket(request -> request.bucket(bucket)));
  }

  @Override
  public String store(byte[] content) {
    String name = UUID.randomUUID().toString();
    RequestBody body =
        RequestBody.fromContentProvider(
            ContentStreamProvider.fromByteArrayUnsafe(content),
            content.length,
            "application/octet-stream");
    call(
        () ->
            client.putObject(
                request -> request.bucket(bucket).key(prefix + name).contentMD5(md5(content)),
                body));
    return name;
  }

  @Override
  public byte[] read(String name) {
    return found(
        name,
        () ->
            client
                .getObjectAsBytes(request -> request.bucket(bucket).key(prefix + name))
                .asByteArrayUnsafe());
  }

  @Override
  public <T> T open(String name, Function<Path, T> use) {
    Path copy = temporary(name);
    try {
      return use.apply(copy);
    } finally {
      discard(copy);
    }
  }

  private Path temporary(String name) {
    Path copy = null;
    try {
      copy = Files.createTempFile("kb-", ".document");
      Files.write(copy, read(name));
      return copy;
    } catch (IOException e) {
      discard(copy);
      throw new UncheckedIOException("cannot copy a stored file", e);
    } catch (RuntimeException e) {
      discard(copy);
      throw e;
    }
  }

  private static void discard(@Nullable Path copy) {
    if (copy != null) {
      try {
        Files.deleteIfExists(copy);
      } catch (IOException e) {
        LOG.warn("The temporary file {} is left behind", copy, e);
      }
    }
  }

  @Override
  public Map<String, StoredFile> list() {
    return call(
        () -> {
          Map<String, StoredFile> found = new HashMap<>();
          for (S3Object object :
              client
                  .listObjectsV2Paginator(request -> request.bucket(bucket).prefix(prefix))
                  .contents()) {
            String name = object.key().substring(prefix.length());
            if (!name.isEmpty()) { // some tools make an object for the folder itself
              found.put(name, new StoredFile(object.size(), object.lastModified()));
            }
          }
          return found;
        });
  }

  @Override
  public void delete(String name) {
    try {
      call(() -> client.deleteObject(request -> request.bucket(bucket).key(prefix + name)));
    } catch (StorageException e) {
      if (!(e.getCause() instanceof NoSuchKeyException)) {
        throw e;
      }
    }
  }

  @Override
  public Optional<Path> folder() {
    return Optional.empty();
  }

  @Override
  public String place() {
    return place;
  }

  private <T> T found(String name, Supplier<T> request) {
    try {
      return call(request);
    } catch (StorageException e) {
      if (e.getCause() instanceof NoSuchKeyException) {
        throw new UncheckedIOException(
            "cannot read a stored file", new NoSuchFileException(prefix + name));
      }
      throw e;
    }
  }

  private <T> T call(Supplier<T> request) {
    try {
      return request.get();
    } catch (SdkException e) {
      throw new StorageException("%s cannot be used: %s".formatted(place, e.getMessage()), e);
    }
  }

  private static String md5(byte[] content) {
    try {
      return Base64.getEncoder().encodeToString(MessageDigest.getInstance("MD5").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has MD5", e);
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
