package org.harmonykb.documents;

import java.time.Instant;

/** What the disk says of a stored file. */
public record StoredFile(long size, Instant modifiedAt) {}
