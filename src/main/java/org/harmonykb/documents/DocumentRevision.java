package org.harmonykb.documents;

import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One content that a document had or has.
 *
 * @param revision from 1
 * @param effectiveFrom first day on which it counts, or null for any
 * @param effectiveTo last day on which it counts, or null for any
 * @param passages how many it has; 0 until it was read, and where nothing could be read
 */
public record DocumentRevision(
    UUID documentId,
    int revision,
    String sha256,
    String filename,
    String mediaType,
    long sizeBytes,
    String storedAs,
    String title,
    @Nullable LocalDate effectiveFrom,
    @Nullable LocalDate effectiveTo,
    int passages,
    Instant receivedAt) {}
