package org.harmonykb.documents;

import java.util.List;
import java.util.UUID;

/**
 * A document that is being removed.
 *
 * @param names titles and file names that it had, in whichever revision
 */
public record RemovedDocument(UUID id, List<String> names) {}
