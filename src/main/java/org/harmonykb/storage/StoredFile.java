package org.harmonykb.storage;

import java.time.Instant;

/**
 * What is known of a stored file from outside.
 *
 * @param size in bytes
 */
public record StoredFile(long size, Instant modifiedAt) {}
