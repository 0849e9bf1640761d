package org.harmonykb.documents;

import java.time.LocalDate;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A file that somebody hands in.
 *
 * @param externalId the sender's name for it; the same name with other content makes a new revision
 * @param collection where it belongs
 * @param allow groups that may read it; empty means everybody
 * @param effectiveFrom first day on which it counts; null takes what the text says, if it does
 * @param effectiveTo last day on which it counts, or null for no end
 * @param source the watched folder or client that keeps it in step, or null
 */
public record IncomingFile(
    String externalId,
    String collection,
    Set<String> allow,
    String filename,
    byte[] content,
    @Nullable LocalDate effectiveFrom,
    @Nullable LocalDate effectiveTo,
    @Nullable String source) {

  /** A file without dates and source. */
  public IncomingFile(
      String externalId, String collection, Set<String> allow, String filename, byte[] content) {
    this(externalId, collection, allow, filename, content, null, null, null);
  }
}
