package org.harmonykb.documents;

import java.util.Set;

/**
 * A file that somebody hands in.
 *
 * @param externalId the sender's name for it; the same name again makes a new revision
 * @param collection where it belongs
 * @param allow groups that may read it; empty means everybody
 */
public record IncomingFile(
    String externalId, String collection, Set<String> allow, String filename, byte[] content) {}
