package org.harmonykb.retrieval;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.Collections;
import java.util.Set;

/**
 * Who asks, and what they may read: documents whose allow list names one of their groups or nobody,
 * unless their collection is hidden from them.
 *
 * @param unrestricted true for jobs and single-user installations: everything may be read
 * @param groups the asker's groups
 * @param hiddenCollections collections that none of the groups may read
 * @param user whose conversations they are
 */
public record AccessScope(
    boolean unrestricted,
    Set<String> groups,
    @JsonIgnore Set<String> hiddenCollections,
    String user) {

  /** For jobs, commands and evaluations, never for what somebody asks. */
  public static final AccessScope EVERYTHING = new AccessScope(true, Set.of());

  public AccessScope {
    groups = Set.copyOf(groups);
    hiddenCollections = Set.copyOf(hiddenCollections);
  }

  public AccessScope(boolean unrestricted, Set<String> groups) {
    this(unrestricted, groups, Set.of(), "");
  }

  /**
   * Whether a document may be read.
   *
   * @param allow its allow list; empty means everybody
   */
  public boolean permits(Set<String> allow, String collection) {
    return unrestricted
        || (!hiddenCollections.contains(collection)
            && (allow.isEmpty() || !Collections.disjoint(allow, groups)));
  }
}
