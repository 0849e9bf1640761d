package org.harmonykb.storage;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where the files of documents lie.
 *
 * @param engine the folder {@code files} of the data folder, or a bucket that replicas share
 * @param retry how long after a failed deletion the next attempt comes
 */
@ConfigurationProperties("kb.storage")
public record StorageProperties(
    @DefaultValue("FILES") Engine engine,
    @DefaultValue("10s") Duration retry,
    @DefaultValue S3 s3) {

  public enum Engine {
    FILES,
    S3
  }

  /**
   * A bucket behind the S3 API. Its keys come from the environment ({@code AWS_ACCESS_KEY_ID},
   * {@code AWS_SECRET_ACCESS_KEY}), the shared credentials file or the machine's role.
   *
   * @param endpoint null for Amazon's own in the region
   * @param bucket must exist
   * @param prefix before the names of all files, such as {@code documents/}; what is under it
   *     belongs to this service alone
   * @param pathStyle whether the bucket stands in the path, as other makers' storages want it, and
   *     not in the host's name; where an endpoint is given, true unless set
   * @param timeout for one file, all attempts together
   */
  public record S3(
      @Nullable URI endpoint,
      @DefaultValue("us-east-1") String region,
      @DefaultValue("") String bucket,
      @DefaultValue("documents/") String prefix,
      @Nullable Boolean pathStyle,
      @DefaultValue("60s") Duration timeout) {

    public S3 {
      if (!prefix.matches("([A-Za-z0-9._-]+/)*") || timeout.toMillis() < 1) {
        throw new IllegalArgumentException(
            "kb.storage.s3.prefix is empty or names with a slash behind each, such as documents/; timeout is positive");
      }
    }

    public boolean isPathStyle() {
      return pathStyle == null ? endpoint != null : pathStyle;
    }
  }
}
