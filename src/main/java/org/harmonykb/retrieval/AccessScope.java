package org.harmonykb.retrieval;

import java.util.Set;

/**
 * What the asker may read: documents whose allow list names one of these groups, and documents
 * without an allow list.
 *
 * @param unrestricted true for jobs and single-user installations: everything may be read
 * @param groups the asker's groups
 */
public record AccessScope(boolean unrestricted, Set<String> groups) {

  public static final AccessScope EVERYTHING = new AccessScope(true, Set.of());

  public AccessScope {
    groups = Set.copyOf(groups);
  }
}
