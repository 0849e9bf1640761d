package org.harmonykb.backup;

import java.time.Instant;
import java.util.List;

/**
 * What a backup holds; the last entry of its ZIP file, so that a cut file has none.
 *
 * @param format of the backup itself
 * @param schema version of the newest database migration
 * @param files all other entries
 */
record Manifest(int format, String schema, Instant createdAt, List<Entry> files) {

  static final int FORMAT = 1;
  static final String NAME = "manifest.json";

  /**
   * @param path within the data folder, with slashes
   */
  record Entry(String path, long bytes, String sha256) {}
}
